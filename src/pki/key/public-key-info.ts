import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.ts';
import type { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export interface PublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** The content of the subjectPublicKey BIT STRING without its unused-bits octet. A key identifier is computed from it. */
  readonly bits: Uint8Array;
}

export function decodePublicKeyInfo(reader: DerReader, what = 'subjectPublicKeyInfo'): PublicKeyInfo {
  const inner = reader.enter(TAG.sequence, what);
  const algorithm = decodeAlgorithmIdentifier(inner, 'the key algorithm');
  const bits = inner.wholeBits('subjectPublicKey');
  inner.finish(what);
  return { der: inner.element, algorithm, bits };
}
