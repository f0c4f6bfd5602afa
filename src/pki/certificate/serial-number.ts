import { fromHex, toHex } from '../bytes.ts';

/** The length in octets of our serial numbers: 126 random bits, always positive (RFC 5280 §4.1.2.2 allows at most 20 octets). */
export const SERIAL_LENGTH = 16;

/** The length in octets of the longest serial number that RFC 5280 §4.1.2.2 allows. */
export const LONGEST_SERIAL = 20;

/**
 * Makes a serial number from sixteen random octets. It sets the top two bits to 01, so the number is positive and of fixed
 * length.
 */
export function serialFromRandom(random: Uint8Array): Uint8Array {
  if (random.length !== SERIAL_LENGTH) throw new RangeError(`a serial number takes ${SERIAL_LENGTH} random octets`);
  const serial = Uint8Array.from(random);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

/** Converts INTEGER content octets to lower-case hex without a sign octet, the form in the manifest, JSON and text. */
export function serialToHex(content: Uint8Array): string {
  return toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content);
}

/** Converts a serial number in hex to its magnitude octets. */
export function serialFromHex(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined || bytes.length === 0) throw new RangeError('a serial number is hex of whole octets');
  return bytes;
}
