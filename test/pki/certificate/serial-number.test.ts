import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unsignedInteger } from '../../../src/pki/der/writer.ts';
import {
  SERIAL_LENGTH,
  serialFromHex,
  serialFromRandom,
  serialToHex,
} from '../../../src/pki/certificate/serial-number.ts';

const random = fc.uint8Array({ minLength: SERIAL_LENGTH, maxLength: SERIAL_LENGTH });

test('a serial number is positive, has a fixed length and 126 random bits for any octets (RFC 5280 §4.1.2.2)', () => {
  fc.assert(
    fc.property(random, octets => {
      const serial = serialFromRandom(octets);
      const der = unsignedInteger(serial);
      // tag and length, without a sign octet
      expect(der.subarray(0, 2)).toEqual(Uint8Array.of(0x02, SERIAL_LENGTH));
      expect(serial[0]! & 0xc0).toBe(0x40);
      expect([serial[0]! & 0x3f, ...serial.subarray(1)]).toEqual([octets[0]! & 0x3f, ...octets.subarray(1)]);
    }),
  );
});

test('does not change the given random octets', () => {
  const octets = new Uint8Array(SERIAL_LENGTH).fill(0xff);
  serialFromRandom(octets);
  expect(octets).toEqual(new Uint8Array(SERIAL_LENGTH).fill(0xff));
});

test('throws RangeError for too few or too many octets', () => {
  for (const length of [0, SERIAL_LENGTH - 1, SERIAL_LENGTH + 1]) {
    expect(() => serialFromRandom(new Uint8Array(length))).toThrow(RangeError);
  }
});

test('converts between hex and octets without changing the number', () => {
  fc.assert(
    fc.property(random, octets => {
      const serial = serialFromRandom(octets);
      expect(serialToHex(serial)).toMatch(/^[0-9a-f]{32}$/);
      expect(serialFromHex(serialToHex(serial))).toEqual(serial);
    }),
  );
});

test('omits the sign octet in hex', () => {
  expect(serialToHex(Uint8Array.of(0x00, 0x80))).toBe('80');
  expect(serialToHex(Uint8Array.of(0x00))).toBe('00');
});

test('rejects half octets and characters other than hex digits', () => {
  for (const text of ['', 'abc', 'xy', '0x12', 'AB CD']) expect(() => serialFromHex(text)).toThrow(RangeError);
});
