import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipAddressText, parseIpAddress } from '../../../src/pki/name/ip-address.ts';
import { containsAddress, ipConstraintOctets, parseIpRange } from '../../../src/pki/name/ip-range.ts';
import { errorOf } from '../../support/errors.ts';

const contains = (range: string, address: string): boolean =>
  containsAddress(parseIpRange(range), parseIpAddress(address).octets);

describe('a range', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.0/23', '10.1.3.255', true],
    ['10.1.2.0/23', '10.1.4.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7/32', '10.0.0.8', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', 'fe00::1', false],
    ['::1/128', '::1', true],
  ])('%s contains %s: %s', (range, address, held) => {
    expect(contains(range, address)).toBe(held);
  });

  test('contains no address of the other family, not even a mapped one', () => {
    expect(contains('127.0.0.0/8', '::ffff:127.0.0.1')).toBe(false);
    expect(contains('::/0', '127.0.0.1')).toBe(false);
  });

  test.each([
    ['10.0.0.1/8', 'has bits beyond the first 8', 'write: 10.0.0.0/8'],
    ['10.0.0.0/33', 'from 0 to 32', 'write: 10.0.0.0/32'],
    ['fd00::/129', 'from 0 to 128', 'write: fd00::/128'],
    ['10.0.0.0/', 'from 0 to 32', 'write: 10.0.0.0/32'],
    ['10.0.0.0/08', 'from 0 to 32', 'write: 10.0.0.0/32'],
    ['10.0.0.0/255.0.0.0', 'from 0 to 32', 'write: 10.0.0.0/32'],
    ['10.0.0.0/8/8', 'not an address with a prefix length', 'write a range like 10.0.0.0/8 or fd00::/8'],
    ['example.org/8', 'not an address with a prefix length', 'write a range like 10.0.0.0/8 or fd00::/8'],
  ])('%s is refused: %s', (text, reason, hint) => {
    const error = errorOf(() => parseIpRange(text));
    expect(error.code).toBe('ERR_IP_RANGE');
    expect(error.message).toContain(reason);
    expect(error.hints).toEqual([hint]);
  });

  test('is encoded as address and mask in a name constraint (RFC 5280 §4.2.1.10)', () => {
    expect([...ipConstraintOctets(parseIpRange('192.0.2.0/24'))]).toEqual([192, 0, 2, 0, 255, 255, 255, 0]);
    expect(ipConstraintOctets(parseIpRange('fd00::/9'))).toHaveLength(32);
    expect([...ipConstraintOctets(parseIpRange('fd00::/9')).subarray(16, 19)]).toEqual([255, 128, 0]);
  });
});

test("contains the same addresses as Node's BlockList", () => {
  const address = (length: number) =>
    fc.array(fc.constantFrom(0, 1, 127, 128, 255), { minLength: length, maxLength: length });
  fc.assert(
    fc.property(
      fc.constantFrom(4, 16).chain(n => fc.tuple(address(n), address(n), fc.nat(n * 8))),
      ([a, b, prefix]) => {
        const [base, probe] = [ipAddressText(Uint8Array.from(a)), ipAddressText(Uint8Array.from(b))];
        const family = a.length === 4 ? 'ipv4' : 'ipv6';
        const list = new BlockList();
        list.addSubnet(base, prefix, family);
        const bits = a.map((octet, i) => octet & (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * i))) & 0xff);
        expect(contains(`${ipAddressText(Uint8Array.from(bits))}/${prefix}`, probe)).toBe(list.check(probe, family));
      },
    ),
  );
});
