import { DerReader, type Tolerance } from '../der/reader.ts';
import { namedBits } from '../der/writer.ts';

/** KeyUsage bits by the RFC's names, in bit order (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

export function encodeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  return namedBits(usages.map(usage => KEY_USAGES.indexOf(usage)));
}

export function decodeKeyUsage(value: Uint8Array, tolerance?: Tolerance): ReadonlySet<KeyUsage> {
  const reader = new DerReader(value, 0, value.length, tolerance);
  const bits = reader.namedBits('keyUsage');
  reader.finish('keyUsage');
  const usages = new Set<KeyUsage>();
  for (const bit of bits) {
    const usage = KEY_USAGES[bit];
    if (usage !== undefined) usages.add(usage);
  }
  return usages;
}
