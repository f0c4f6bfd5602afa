// Lint rules for the fields and extensions of a CRL (RFC 5280 §5.1, §5.2); `crl-entry-rules.ts` has those of its entries.
// `lint-crl.ts` applies `CRL_ISSUANCE_RULES` before signing, `signed-crl-lint.ts` applies `CRL_RULES`. They verify no signature.
import { equalBytes, toHex } from '../bytes.ts';
import type { AuthorityKeyIdentifier } from '../extension/key-identifier.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { nameToString, sameName } from '../name/name.ts';
import type { CrlHead } from '../crl/parsed.ts';
import type { Carried } from './certificate-facts.ts';
import type { Rule } from './rule.ts';
import { timeFormProblem } from './time-form.ts';

/** The fields and extensions of a CRL, without its entries. */
export interface CrlFacts {
  readonly head: CrlHead;
  readonly authorityKeyIdentifier: Carried<AuthorityKeyIdentifier> | undefined;
  /** The INTEGER's content octets. */
  readonly number: Carried<Uint8Array> | undefined;
  /** The problem of the first extension whose value cannot be read. */
  readonly malformed: string | undefined;
  /** The type of the first unknown extension. */
  readonly unknown: string | undefined;
}

/** A CRL that svcauth is about to sign. */
export interface CrlCandidate extends CrlFacts {
  readonly issuer: IssuerFacts;
  /** The number of this issuer's newest CRL; undefined before the first. */
  readonly previousNumber: bigint | undefined;
}

const LONGEST_NUMBER = 20;

/** Rules for any CRL, also one of another CA. */
export const CRL_RULES: readonly Rule<CrlFacts>[] = [
  {
    name: 'crl-version-2',
    clause: 'RFC 5280 §5.1.2.1',
    severity: 'error',
    scope: 'standard',
    check: ({ head }) => (head.version === 2 ? undefined : `the version is ${head.version} instead of 2`),
  },
  {
    name: 'this-update-form',
    clause: 'RFC 5280 §5.1.2.4',
    severity: 'error',
    scope: 'standard',
    check: ({ head }) => timeFormProblem('thisUpdate', head.thisUpdate),
  },
  {
    name: 'next-update-form',
    clause: 'RFC 5280 §5.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ head }) => head.nextUpdate && timeFormProblem('nextUpdate', head.nextUpdate),
  },
  {
    name: 'next-update-present',
    clause: 'RFC 5280 §5.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ head }) => (head.nextUpdate === undefined ? 'nextUpdate is missing' : undefined),
  },
  {
    name: 'next-update-later',
    clause: 'RFC 5280 §5.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ head: { thisUpdate, nextUpdate } }) =>
      nextUpdate !== undefined && nextUpdate.date.getTime() <= thisUpdate.date.getTime()
        ? `nextUpdate ${nextUpdate.date.toISOString()} is not after thisUpdate ${thisUpdate.date.toISOString()}`
        : undefined,
  },
  {
    name: 'revoked-certificates-absent',
    clause: 'RFC 5280 §5.1.2.6',
    severity: 'error',
    scope: 'standard',
    check: ({ head: { entries } }) =>
      entries !== undefined && entries.start === entries.end ? 'revokedCertificates is present but empty' : undefined,
  },
  {
    name: 'crl-extension-structure',
    clause: 'RFC 5280 §5.2',
    severity: 'error',
    scope: 'standard',
    check: ({ malformed }) => malformed,
  },
  {
    // tried: with an issuingDistributionPoint or a delta CRL, Node and OpenSSL reject every client or accept revoked ones
    name: 'crl-extension-known',
    clause: 'RFC 5280 §5.2',
    severity: 'error',
    scope: 'ours',
    check: ({ unknown }) =>
      unknown === undefined ? undefined : `the CRL extension ${unknown} is one that svcauth does not issue`,
  },
  {
    name: 'crl-authority-key-identifier',
    clause: 'RFC 5280 §5.2.1',
    severity: 'error',
    scope: 'standard',
    check: ({ authorityKeyIdentifier }) => {
      if (authorityKeyIdentifier === undefined) return 'authorityKeyIdentifier is missing';
      return authorityKeyIdentifier.value.keyIdentifier === undefined
        ? 'authorityKeyIdentifier has no keyIdentifier'
        : undefined;
    },
  },
  {
    name: 'crl-authority-key-identifier-alone',
    clause: 'RFC 5280 §5.2.1',
    severity: 'error',
    scope: 'ours',
    check: ({ authorityKeyIdentifier }) =>
      authorityKeyIdentifier?.value.namesIssuer
        ? 'authorityKeyIdentifier names an issuer and serial number, which breaks cross-signing'
        : undefined,
  },
  {
    name: 'crl-extensions-not-critical',
    clause: 'RFC 5280 §5.2.1, §5.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ authorityKeyIdentifier, number }) => {
      if (authorityKeyIdentifier?.critical) return 'authorityKeyIdentifier is critical';
      return number?.critical ? 'cRLNumber is critical' : undefined;
    },
  },
  {
    name: 'crl-number-present',
    clause: 'RFC 5280 §5.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ number }) => (number === undefined ? 'cRLNumber is missing' : undefined),
  },
  {
    name: 'crl-number-positive',
    clause: 'RFC 5280 §5.2.3',
    severity: 'error',
    scope: 'ours',
    check: ({ number }) =>
      number !== undefined && (number.value[0]! >= 0x80 || toBigInt(number.value) === 0n)
        ? `the CRL number ${toHex(number.value)} is not positive`
        : undefined,
  },
  {
    name: 'crl-number-length',
    clause: 'RFC 5280 §5.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ number }) =>
      number !== undefined && number.value.length > LONGEST_NUMBER
        ? `the CRL number has ${number.value.length} octets, more than ${LONGEST_NUMBER}`
        : undefined,
  },
];

/** Rules for a CRL that svcauth is about to sign. */
export const CRL_ISSUANCE_RULES: readonly Rule<CrlCandidate>[] = [
  ...CRL_RULES,
  {
    name: 'crl-signature-algorithm-of-issuer',
    clause: 'RFC 5280 §5.1.2.2',
    severity: 'error',
    scope: 'standard',
    check: ({ head: { innerAlgorithm }, issuer: { algorithm } }) =>
      equalBytes(innerAlgorithm.der, algorithm.signatureAlgorithmDer)
        ? undefined
        : `the signature algorithm is ${toHex(innerAlgorithm.der)}, but the issuer signs with ` +
          toHex(algorithm.signatureAlgorithmDer),
  },
  {
    name: 'crl-issuer-name',
    clause: 'RFC 5280 §5.1.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ head, issuer }) =>
      sameName(head.issuer, issuer.subject)
        ? undefined
        : `the issuer name ${nameToString(head.issuer)} differs from the issuer's subject ` +
          `${nameToString(issuer.subject)} byte for byte`,
  },
  {
    name: 'crl-authority-key-of-issuer',
    clause: 'RFC 5280 §5.2.1',
    severity: 'error',
    scope: 'standard',
    check: ({ authorityKeyIdentifier, issuer }) => {
      const keyIdentifier = authorityKeyIdentifier?.value.keyIdentifier;
      return keyIdentifier === undefined || equalBytes(keyIdentifier, issuer.keyIdentifier)
        ? undefined
        : `authorityKeyIdentifier is ${toHex(keyIdentifier)}, but the issuer's key is ${toHex(issuer.keyIdentifier)}`;
    },
  },
  {
    name: 'crl-number-grows',
    clause: 'RFC 5280 §5.2.3',
    severity: 'error',
    scope: 'standard',
    check: ({ number, previousNumber }) => {
      if (number === undefined || previousNumber === undefined) return undefined;
      const value = toBigInt(number.value);
      return value > previousNumber
        ? undefined
        : `the CRL number ${value} is not greater than the previous number ${previousNumber}`;
    },
  },
];

const toBigInt = (content: Uint8Array): bigint => BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`));
