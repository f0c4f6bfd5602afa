import { createHash } from 'node:crypto';
import { DerReader, type Tolerance } from '../der/reader.ts';
import { contextTag, octetString, sequence, TAG, tlv } from '../der/writer.ts';

/**
 * The value of authorityKeyIdentifier (RFC 5280 §4.2.1.1). svcauth writes only keyIdentifier: issuer and serial break
 * cross-signing.
 */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  /** True if it has an authorityCertIssuer or an authorityCertSerialNumber. */
  readonly namesIssuer: boolean;
}

/**
 * Computes the leftmost 160 bits of the SHA-256 of the subjectPublicKey's bits (RFC 7093 §2 method 1). The result is as long as
 * the SHA-1 form of RFC 5280 §4.2.1.2, and it works on systems that disable SHA-1.
 */
export function keyIdentifierOf(publicKeyBits: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(publicKeyBits).digest().subarray(0, 20));
}

export const encodeSubjectKeyIdentifier = (keyIdentifier: Uint8Array): Uint8Array => octetString(keyIdentifier);

export const encodeAuthorityKeyIdentifier = (keyIdentifier: Uint8Array): Uint8Array =>
  sequence(tlv(contextTag(0, false), keyIdentifier));

export function decodeSubjectKeyIdentifier(value: Uint8Array, tolerance?: Tolerance): Uint8Array {
  const reader = new DerReader(value, 0, value.length, tolerance);
  const keyIdentifier = reader.content(TAG.octetString, 'subjectKeyIdentifier');
  reader.finish('subjectKeyIdentifier');
  return keyIdentifier;
}

export function decodeAuthorityKeyIdentifier(value: Uint8Array, tolerance?: Tolerance): AuthorityKeyIdentifier {
  const outer = new DerReader(value, 0, value.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'authorityKeyIdentifier');
  outer.finish('authorityKeyIdentifier');
  const keyIdentifier = reader.optional(contextTag(0, false), 'keyIdentifier')?.rest;
  const issuer = reader.optional(contextTag(1, true), 'authorityCertIssuer');
  const serial = reader.optional(contextTag(2, false), 'authorityCertSerialNumber');
  reader.finish('authorityKeyIdentifier');
  const namesIssuer = issuer !== undefined || serial !== undefined;
  return keyIdentifier === undefined ? { namesIssuer } : { keyIdentifier, namesIssuer };
}
