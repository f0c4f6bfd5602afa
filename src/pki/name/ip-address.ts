// Converts IP addresses between text and the octets of a SAN.
// Options, services files and requests parse with it; reports, messages and name constraints print and read with it.
// It refuses ranges: `ip-range.ts` reads those.
import { failure } from '../../errors/error.ts';

/** An address for a SAN. An IPv4-mapped IPv6 address remains an IPv6 address. */
export interface IpAddress {
  /** 4 or 16 octets in network byte order (RFC 5280 §4.2.1.6). */
  readonly octets: Uint8Array;
  /** The canonical text: dotted decimal, or RFC 5952. */
  readonly text: string;
}

/** Parses an address without zone, brackets or leading zeros, which some programs read as octal. Throws ERR_IP_ADDRESS. */
export function parseIpAddress(text: string): IpAddress {
  const octets = readIpAddress(text);
  if (octets !== undefined) return { octets, text: ipAddressText(octets) };
  throw failure('ERR_IP_ADDRESS', { text, ...explain(text) });
}

/** Converts the text of an address to octets; undefined if it is not an address. */
export function readIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? readIpv6(text) : readIpv4(text);
}

/** Formats 4 or 16 octets as canonical text: dotted decimal, or RFC 5952. */
export function ipAddressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!);
  // RFC 5952 §5: IPv4-mapped addresses (::ffff:0:0/96) keep their dotted tail
  if (groups.slice(0, 5).every(g => g === 0) && groups[5] === 0xffff) return `::ffff:${octets.subarray(12).join('.')}`;
  const hex = groups.map(g => g.toString(16)); // §4.1 no leading zeros, §4.3 lower case
  const [start, length] = longestZeroRun(groups);
  // §4.2.2: a single zero group is not shortened
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function readIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || text.length > 15) return undefined;
  if (!parts.every(part => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** Reads an IPv6 address in the forms of RFC 4291 §2.2. */
function readIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = readGroups(halves[0]!, halves.length === 1);
  const right = readGroups(halves[1] ?? '', true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 16 - left.length - right.length;
  // `::` stands for at least one group
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...left, ...new Uint8Array(missing), ...right]);
}

function readGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      octets.push(group >> 8, group & 0xff);
      continue;
    }
    const tail = mayEndInIpv4 && index === parts.length - 1 ? readIpv4(part) : undefined;
    if (tail === undefined) return undefined;
    octets.push(...tail);
  }
  return octets;
}

/** Finds the first of the longest runs of zero groups (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best[1]) best = [start, index + 1 - start];
  }
  return best;
}

function explain(text: string): { reason: string; hint?: string } {
  const retyped = text
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\/[0-9]+$/, '');
  const octets = readIpAddress(retyped);
  const hint = octets === undefined ? {} : { hint: `write: ${ipAddressText(octets)}` };
  if (text.includes('%')) return { reason: 'a certificate cannot contain a zone', ...hint };
  if (text.includes('/')) return { reason: 'it is a range; give one address', ...hint };
  if (text.includes('[')) return { reason: 'an address in a certificate has no brackets', ...hint };
  if (/^[0-9.]+$/.test(text) && /(?:^|\.)0[0-9]/.test(text)) return { reason: 'a leading zero could be read as octal' };
  return { reason: 'write an address like 10.0.0.7 or 2001:db8::7' };
}
