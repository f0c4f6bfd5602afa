import { DerReader, type Tolerance } from '../der/reader.ts';
import { oid, sequence, TAG } from '../der/writer.ts';

/** Encodes key purposes, given in dotted decimal (RFC 5280 §4.2.1.12). */
export function encodeExtKeyUsage(purposes: readonly string[]): Uint8Array {
  return sequence(...purposes.map(oid));
}

export function decodeExtKeyUsage(value: Uint8Array, tolerance?: Tolerance): readonly string[] {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'extKeyUsage');
  outer.finish('extKeyUsage');
  const purposes: string[] = [];
  while (!reader.done) purposes.push(reader.oid('a key purpose'));
  if (purposes.length === 0) reader.fault('extKeyUsage is empty', 0, 'RFC 5280 §4.2.1.12');
  return purposes;
}
