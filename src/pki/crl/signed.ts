import { concatBytes } from '../bytes.ts';
import { bitString } from '../der/writer.ts';
import type { Issuer } from '../certificate/issuer.ts';
import { releaseCrl, type LintedCrl } from '../lint/lint-crl.ts';
import { sequenceHeader } from './prepare.ts';

/** A CertificateList without its entries: what stands before them, and what stands behind. */
export interface SignedCrl {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Of the whole, entries included. */
  readonly byteLength: number;
}

/**
 * Signs a linted CRL. The entries pass through once: through the entry rules and into the signature, never into memory (but for
 * Ed25519: see `startSignature`). Throws ERR_LINT when an entry breaks a rule; nothing is signed then.
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
  // RFC 5280 §5.1.1: tbsCertList, signatureAlgorithm (the inner one again), signatureValue
  const { signatureAlgorithmDer } = issuer.algorithm;
  const tail = concatBytes([after, signatureAlgorithmDer, bitString(signature.finish(after))]);
  const contentLength = passage.before.length + entriesLength + tail.length;
  const head = concatBytes([sequenceHeader(contentLength), passage.before]);
  return { head, tail, byteLength: head.length + entriesLength + tail.length };
}

/** The DER of a signed CRL; `chunks` are the entries it was signed over. */
export function* crlDer({ head, tail }: SignedCrl, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield head;
  yield* chunks;
  yield tail;
}
