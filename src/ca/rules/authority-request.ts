/**
 * Answers which fields the certificate of a planned CA gets. The creation of a CA and the proof of a rotation both call it, so the proof
 * judges the certificate that is created. It signs nothing.
 */
import type { IssuerFacts } from '../../pki/certificate/issuer.ts';
import { authoritySubject, type AuthorityRequest } from '../../pki/certificate/prepare-authority.ts';
import { DerReader } from '../../pki/der/reader.ts';
import type { KeyPair } from '../../pki/key/pair.ts';
import { decodePublicKeyInfo } from '../../pki/key/public-key-info.ts';
import type { PlannedAuthority, Validity } from './planned-authority.ts';

/** The names that every CA of a PKI shares. */
interface AuthorityNames {
  /** The stem of the CA subjects. */
  readonly name: string;
  readonly trustDomain: string;
}

/** Returns the request for the certificate of a planned CA with a new key. */
export const authorityRequest = (
  { tier, generation, notBefore, notAfter, nameConstraints, crlUrl }: PlannedAuthority,
  { name, trustDomain }: AuthorityNames,
  { publicKey, publicKeyBits }: Pick<KeyPair, 'publicKey' | 'publicKeyBits'>,
  serial: Uint8Array,
): AuthorityRequest => ({
  tier,
  subjectDer: authoritySubject(name, trustDomain, tier, generation),
  trustDomain,
  publicKeyDer: publicKey,
  publicKeyBits,
  serial,
  notBefore,
  notAfter,
  ...(nameConstraints && { nameConstraints }),
  ...(crlUrl !== undefined && { crlUrl }),
});

/** The terms of one more certificate for a key that has one. */
export interface CrossTerms extends Validity {
  readonly tier: 'root' | 'issuing';
  /** Address of the CRL of its issuing CA. */
  readonly crlUrl?: string;
}

/** Returns the request for one more certificate of a CA: with its name, key, key identifier and name constraints. */
export const crossRequest = (
  { subject, publicKeyDer, keyIdentifier, nameConstraints }: IssuerFacts,
  { tier, notBefore, notAfter, crlUrl }: CrossTerms,
  trustDomain: string,
  serial: Uint8Array,
): AuthorityRequest => ({
  tier,
  notBefore,
  notAfter,
  subjectDer: subject.der,
  trustDomain,
  publicKeyDer,
  publicKeyBits: decodePublicKeyInfo(new DerReader(publicKeyDer)).bits,
  keyIdentifier,
  serial,
  ...(nameConstraints && { nameConstraints }),
  ...(crlUrl !== undefined && { crlUrl }),
});
