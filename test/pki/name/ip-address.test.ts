import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipAddressText, parseIpAddress, readIpAddress } from '../../../src/pki/name/ip-address.ts';
import { errorOf } from '../../support/errors.ts';

describe('an address', () => {
  test.each([
    ['10.0.0.7', '10.0.0.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::1', '::1'],
    ['::', '::'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:0db8::0007', '2001:db8::7'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], // RFC 5952 §4.2.2
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'], // §4.2.3: the longest run
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], // §4.2.3: the first of equal runs
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:10.0.0.7', '::ffff:10.0.0.7'],
    ['::ffff:a00:7', '::ffff:10.0.0.7'],
    ['64:ff9b::10.0.0.7', '64:ff9b::a00:7'],
  ])('%s is written %s', (given, written) => {
    expect(parseIpAddress(given).text).toBe(written);
  });

  test('keeps an IPv4-mapped address as an IPv6 address', () => {
    expect(parseIpAddress('::ffff:127.0.0.1').octets).toHaveLength(16);
  });

  test.each([
    ['', 'write an address like'],
    ['10.0.0', 'write an address like'],
    ['10.0.0.256', 'write an address like'],
    ['10.0.0.7.1', 'write an address like'],
    ['1.2.3.4 ', 'write an address like'],
    ['0x7f.0.0.1', 'write an address like'],
    ['127.1', 'write an address like'],
    ['١٢٧.0.0.1', 'write an address like'],
    ['10.0.0.07', 'octal'],
    ['010.0.0.7', 'octal'],
    ['[::1]', 'has no brackets'],
    ['fe80::1%eth0', 'zone'],
    ['10.0.0.0/8', 'range'],
    [':::', 'write an address like'],
    ['1::2::3', 'write an address like'],
    ['1:2:3:4:5:6:7', 'write an address like'],
    ['1:2:3:4:5:6:7:8:9', 'write an address like'],
    ['1:2:3:4::5:6:7:8', 'write an address like'],
    [':1:2:3:4:5:6:7', 'write an address like'],
    ['12345::', 'write an address like'],
    ['1.2.3.4::', 'write an address like'],
    ['::1.2.3', 'write an address like'],
    ['::01.2.3.4', 'write an address like'],
    ['::1.2.3.4:5', 'write an address like'],
  ])('%j is refused: %s', (text, reason) => {
    const error = errorOf(() => parseIpAddress(text));
    expect(error.code).toBe('ERR_IP_ADDRESS');
    expect(error.message).toContain(reason);
  });

  test('suggests the corrected form of a refused address', () => {
    expect(errorOf(() => parseIpAddress('[::1]')).hints).toEqual(['write: ::1']);
    expect(errorOf(() => parseIpAddress('fe80::1%eth0')).hints).toEqual(['write: fe80::1']);
  });
});

test('parses the text of any octets to the same octets', () => {
  const octets = (length: number) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
      .map(a => Uint8Array.from(a));
  fc.assert(
    fc.property(fc.oneof(octets(4), octets(16)), given => {
      expect(readIpAddress(ipAddressText(given))).toEqual(given);
    }),
  );
});

test("accepts the same texts as Node's own parser", () => {
  const nearly = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(...'0129af.:') }),
    fc.array(fc.constantFrom('0', '1', 'ff', '', '1.2.3.4', '12345'), { maxLength: 9 }).map(parts => parts.join(':')),
  );
  fc.assert(
    fc.property(nearly, text => {
      expect(readIpAddress(text) !== undefined, text).toBe(isIP(text) !== 0);
    }),
    { numRuns: 2000 },
  );
});
