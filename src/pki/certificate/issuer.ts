import type { NameConstraints } from '../extension/name-constraints.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import type { Name } from '../name/name.ts';

/** The facts of an issuing CA that lint compares with a certificate or CRL before signing. */
export interface IssuerFacts {
  /** The CA's subject, byte for byte as in its certificate. */
  readonly subject: Name;
  /** Copied from the CA's subjectKeyIdentifier, never recomputed. */
  readonly keyIdentifier: Uint8Array;
  readonly algorithm: KeyAlgorithm;
  /** The CA's SubjectPublicKeyInfo, byte for byte as in its certificate. */
  readonly publicKeyDer: Uint8Array;
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  /** The pathLenConstraint of the CA's basicConstraints; absent if there is no limit. */
  readonly pathLength?: number;
  /** The constraints in the CA's own certificate, without those of the CAs above it. */
  readonly nameConstraints?: NameConstraints;
}

/** A CA that can sign. Its functions return signatures and never the private key. */
export interface Issuer extends IssuerFacts {
  /** Returns the raw signature over `bytes`, made with the issuer's algorithm. */
  sign(bytes: Cleared): Uint8Array;
  /** Starts the same signature over bytes that arrive in pieces, because a CRL may not fit into memory. */
  startSignature(): SignatureStream;
}

export interface SignatureStream {
  update(bytes: Uint8Array): void;
  /** Returns the raw signature over all bytes so far and `last`. It can be called once. */
  finish(last: Cleared): Uint8Array;
}

/** Bytes that lint accepted. Only the gates of lint return this type, so nothing can be signed without lint. */
export type Cleared = Uint8Array & { readonly [brand]: 'cleared' };

declare const brand: unique symbol;
