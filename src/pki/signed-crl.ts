import { concatBytes } from './bytes.ts';
import { bitString } from './der-writer.ts';
import type { Issuer } from './issuer.ts';
import { sequenceHeader, type PreparedCrl } from './prepare-crl.ts';

/** A CertificateList without its entries: what stands before them, and what stands behind. */
export interface SignedCrl {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Of the whole, entries included. */
  readonly byteLength: number;
}

/**
 * Signs what was prepared and linted. The entries pass through once: into the entry rules and into the signature, never into
 * memory (but for Ed25519: see `startSignature`).
 */
export function signCrl(prepared: PreparedCrl, chunks: Iterable<Uint8Array>, issuer: Issuer): SignedCrl {
  const { before, after, entriesLength } = prepared;
  const signature = issuer.startSignature();
  signature.update(before);
  for (const chunk of chunks) signature.update(chunk);
  signature.update(after);
  // RFC 5280 §5.1.1: tbsCertList, signatureAlgorithm (the inner one again), signatureValue
  const tail = concatBytes([after, issuer.algorithm.signatureAlgorithmDer, bitString(signature.finish())]);
  const contentLength = before.length + entriesLength + tail.length;
  const head = concatBytes([sequenceHeader(contentLength), before]);
  return { head, tail, byteLength: head.length + entriesLength + tail.length };
}

/** The DER of a signed CRL; `chunks` are the entries it was signed over. */
export function* crlDer({ head, tail }: SignedCrl, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield head;
  yield* chunks;
  yield tail;
}
