import { failure } from '../../errors/error.ts';
import { ipAddressText, readIpAddress } from './ip-address.ts';

/** A range of addresses of one family. */
export interface IpRange {
  /** The first address; every bit after the prefix is zero. */
  readonly octets: Uint8Array;
  readonly prefixLength: number;
  /** The range in CIDR notation, RFC 5952 for IPv6. */
  readonly text: string;
}

/** Parses a range such as `10.0.0.0/8`; an address alone is a range of one address. Throws ERR_IP_RANGE. */
export function parseIpRange(text: string): IpRange {
  const bad = (reason: string, hint: string) => failure('ERR_IP_RANGE', { text, reason, hint });
  const [address = '', suffix, more] = text.split('/');
  const octets = readIpAddress(address);
  if (octets === undefined || more !== undefined) {
    throw bad('it is not an address with a prefix length', 'write a range like 10.0.0.0/8 or fd00::/8');
  }
  const bits = octets.length * 8;
  const prefixLength = suffix === undefined ? bits : /^(?:0|[1-9][0-9]{0,2})$/.test(suffix) ? Number(suffix) : -1;
  if (prefixLength < 0 || prefixLength > bits) {
    const family = bits === 32 ? 'an IPv4' : 'an IPv6';
    throw bad(`${family} prefix length is a number from 0 to ${bits}`, `write: ${ipAddressText(octets)}/${bits}`);
  }
  const first = mask(octets, prefixLength);
  const canonical = `${ipAddressText(first)}/${prefixLength}`;
  if (Buffer.compare(first, octets) !== 0) {
    throw bad(`the address has bits beyond the first ${prefixLength}`, `write: ${canonical}`);
  }
  return { octets: first, prefixLength, text: canonical };
}

/** Decides that an address is in the range. An IPv4-mapped IPv6 address is never in an IPv4 range. */
export function containsAddress(range: IpRange, octets: Uint8Array): boolean {
  if (octets.length !== range.octets.length) return false;
  return Buffer.compare(mask(octets, range.prefixLength), range.octets) === 0;
}

/** Encodes a range as address and mask, 8 or 32 octets, for a name constraint (RFC 5280 §4.2.1.10). */
export function ipConstraintOctets(range: IpRange): Uint8Array {
  const ones = new Uint8Array(range.octets.length).fill(0xff);
  return Uint8Array.from([...range.octets, ...mask(ones, range.prefixLength)]);
}

function mask(octets: Uint8Array, prefixLength: number): Uint8Array {
  return octets.map((octet, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - 8 * index));
    return octet & (0xff00 >> kept) & 0xff;
  });
}
