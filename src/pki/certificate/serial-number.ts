import { fromHex, toHex } from '../bytes.ts';

/** Octets of a serial we make: 126 random bits in a fixed length (RFC 5280 §4.1.2.2: positive, at most 20 octets). */
export const SERIAL_LENGTH = 16;

/** Octets of the longest serial number of anybody (RFC 5280 §4.1.2.2). */
export const LONGEST_SERIAL = 20;

/** Sixteen octets from sixteen random ones: the top two bits become 01, so it is positive and its length is fixed. */
export function serialFromRandom(random: Uint8Array): Uint8Array {
  if (random.length !== SERIAL_LENGTH) throw new RangeError(`a serial number takes ${SERIAL_LENGTH} random octets`);
  const serial = Uint8Array.from(random);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

/** INTEGER content octets to lower-case hex without a sign octet: the form the manifest, JSON and people use. */
export function serialToHex(content: Uint8Array): string {
  return toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content);
}

/** The magnitude octets of a serial in hex. */
export function serialFromHex(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined || bytes.length === 0) throw new RangeError('a serial number is hex of whole octets');
  return bytes;
}
