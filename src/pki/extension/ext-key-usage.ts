import { DerError, DerReader } from '../der-reader.ts';
import { oid, sequence, TAG } from '../der-writer.ts';

/** Key purposes as dotted decimals (RFC 5280 §4.2.1.12). */
export function encodeExtKeyUsage(purposes: readonly string[]): Uint8Array {
  return sequence(...purposes.map(oid));
}

export function decodeExtKeyUsage(value: Uint8Array): readonly string[] {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence, 'extKeyUsage');
  outer.finish('extKeyUsage');
  const purposes: string[] = [];
  while (!reader.done) purposes.push(reader.oid('a key purpose'));
  if (purposes.length === 0) throw new DerError('extKeyUsage is empty', 0);
  return purposes;
}
