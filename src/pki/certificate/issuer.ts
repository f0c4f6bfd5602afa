import type { NameConstraints } from '../extension/name-constraints.ts';
import type { KeyAlgorithm } from '../key/algorithm.ts';
import type { Name } from '../name/name.ts';

/** What a to-be-signed structure is measured against: the certificate of the CA that would sign it. */
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
  /** Of the CA's basicConstraints; absent: no limit. */
  readonly pathLength?: number;
  /** Of the CA's own certificate; those above it are its issuer's business. */
  readonly nameConstraints?: NameConstraints;
}

/** A CA that can sign: name, key identifier and signing key. Neither a certificate nor a profile ever holds a private key. */
export interface Issuer extends IssuerFacts {
  /** The raw signature over `bytes` with the issuer's algorithm. */
  sign(bytes: Cleared): Uint8Array;
  /** The same signature over bytes that come in pieces: a CRL is larger than anyone wants to hold. */
  startSignature(): SignatureStream;
}

export interface SignatureStream {
  update(bytes: Uint8Array): void;
  /** The raw signature over everything so far and `last`; once. */
  finish(last: Cleared): Uint8Array;
}

/** Bytes that lint let through. Only its gates give them out, so that no signature is reached around it. */
export type Cleared = Uint8Array & { readonly [brand]: 'cleared' };

declare const brand: unique symbol;
