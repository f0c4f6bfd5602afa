import { concatBytes } from '../bytes.ts';
import { bitString } from '../der/writer.ts';
import type { Issuer } from '../certificate/issuer.ts';
import { releaseCrl, type LintedCrl } from '../lint/lint-crl.ts';
import { sequenceHeader } from './prepare.ts';

/** A CertificateList without its entries: the bytes before them and the bytes after them. */
export interface SignedCrl {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** The length of the complete CRL, entries included. */
  readonly byteLength: number;
}

/**
 * Signs a linted CRL. The entries are read once, by the entry rules and the signature, and are not kept in memory (Ed25519 is an
 * exception: see `startSignature`). Throws ERR_LINT if an entry breaks a rule; then nothing is signed.
 */
export function signCrl(linted: LintedCrl, chunks: Iterable<Uint8Array>, issuer: Issuer): SignedCrl {
  const passage = releaseCrl(linted, issuer);
  const signature = issuer.startSignature();
  let entriesLength = 0;
  signature.update(passage.before);
  for (const chunk of chunks) {
    passage.check(chunk);
    signature.update(chunk);
    entriesLength += chunk.length;
  }
  const after = passage.finish();
  // RFC 5280 §5.1.1: tbsCertList, signatureAlgorithm (equal to the inner one), signatureValue
  const { signatureAlgorithmDer } = issuer.algorithm;
  const tail = concatBytes([after, signatureAlgorithmDer, bitString(signature.finish(after))]);
  const contentLength = passage.before.length + entriesLength + tail.length;
  const head = concatBytes([sequenceHeader(contentLength), passage.before]);
  return { head, tail, byteLength: head.length + entriesLength + tail.length };
}

/** Returns the DER of a signed CRL in pieces. `chunks` must be the entries that were signed. */
export function* crlDer({ head, tail }: SignedCrl, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield head;
  yield* chunks;
  yield tail;
}
