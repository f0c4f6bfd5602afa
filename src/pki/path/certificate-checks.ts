// Decides whether a certificate is unusable in every path (RFC 5280 §4.1, §4.2, §6.1.4).
// `path-certificate.ts` calls it once for each certificate. `standing.ts` checks time, purpose and issuer.
import { equalBytes } from '../bytes.ts';
import { DerError } from '../der/reader.ts';
import { findExtension } from '../extension/extension.ts';
import type { ExtensionsRead } from '../lint/certificate-facts.ts';
import { isEmptyName } from '../name/name.ts';
import { OID, oidName } from '../oids.ts';
import type { ParsedCertificate } from '../certificate/parsed.ts';
import { decodePublicKey, publicKeyLabel, RSA_BITS } from '../key/public-key.ts';
import { refusal, type Refusal } from './refusal.ts';
import {
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
} from '../extension/certificate-policies.ts';

interface Subject extends ParsedCertificate {
  readonly extensions: ExtensionsRead;
  readonly policies: PolicyExtensions;
}

/** The processed extensions: RFC 5280 §6.1.4 (o) rejects a path with any other critical extension. */
const PROCESSED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.cRLDistributionPoints,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
]);

/** The MUST rules on criticality (RFC 5280 §4.2.1.1 to §4.2.2.2), without §4.2.1.9. */
const CRITICALITY: Readonly<Record<string, boolean>> = {
  [OID.authorityKeyIdentifier]: false,
  [OID.subjectKeyIdentifier]: false,
  [OID.subjectDirectoryAttributes]: false,
  [OID.freshestCRL]: false,
  [OID.authorityInfoAccess]: false,
  [OID.subjectInfoAccess]: false,
  [OID.nameConstraints]: true,
  [OID.policyConstraints]: true,
  [OID.inhibitAnyPolicy]: true,
};

/** The qualifiers that a critical extension may have (RFC 5280 §4.2.1.4). */
const KNOWN_QUALIFIERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);

const isCa = ({ extensions }: Subject): boolean => extensions.basicConstraints?.value.ca === true;

const CHECKS: readonly ((subject: Subject) => Refusal | undefined)[] = [
  ({ tbs, signatureAlgorithm }) =>
    equalBytes(tbs.signatureAlgorithm.der, signatureAlgorithm.der)
      ? undefined
      : refusal(
          'signature-algorithms-differ',
          `its outer signature algorithm is ${nameOf(signatureAlgorithm.oid)}, the inner one ${nameOf(tbs.signatureAlgorithm.oid)}`,
        ),
  ({ tbs }) => (isEmptyName(tbs.issuer) ? refusal('issuer-empty', 'its issuer name is empty') : undefined),
  subject =>
    isCa(subject) && isEmptyName(subject.tbs.subject)
      ? refusal('subject-empty', 'it is a CA with an empty subject')
      : undefined,
  ({ tbs, extensions }) =>
    isEmptyName(tbs.subject) && extensions.subjectAltName?.critical !== true
      ? refusal('subject-empty', 'its subject is empty, and it has no critical subjectAltName')
      : undefined,
  ({ tbs }) => {
    const wrong = tbs.extensions.find(({ oid, critical }) => (CRITICALITY[oid] ?? critical) !== critical);
    if (wrong === undefined) return undefined;
    return refusal('extension-criticality', `${nameOf(wrong.oid)} ${wrong.critical ? 'is' : 'is not'} critical`);
  },
  ({ tbs }) => {
    const unknown = tbs.extensions.find(({ oid, critical }) => critical && !PROCESSED.has(oid));
    return (
      unknown &&
      refusal('extension-critical-unknown', `${nameOf(unknown.oid)} is a critical extension that is not supported`)
    );
  },
  ({ tbs, policies }) => {
    if (findExtension(tbs.extensions, OID.certificatePolicies)?.critical !== true) return undefined;
    const unknown = policies.certificatePolicies
      ?.flatMap(({ qualifiers }) => qualifiers)
      .find(q => !KNOWN_QUALIFIERS.has(q));
    return unknown === undefined
      ? undefined
      : refusal('policy-unsupported', `the policy qualifier ${unknown} is unknown`);
  },
  subject =>
    isCa(subject) && subject.extensions.subjectKeyIdentifier === undefined
      ? refusal('subject-key-identifier-missing', 'it is a CA without a subjectKeyIdentifier')
      : undefined,
  subject =>
    !isCa(subject) && subject.extensions.keyUsage?.value.has('keyCertSign') === true
      ? refusal('key-cert-sign-without-ca', 'its keyUsage has keyCertSign, but it is not a CA')
      : undefined,
  subject =>
    !isCa(subject) && subject.extensions.nameConstraints !== undefined
      ? refusal('name-constraints-without-ca', 'it has nameConstraints, but it is not a CA')
      : undefined,
  ({ tbs }) => {
    const problem = keyProblem(tbs.publicKey);
    return problem === undefined ? undefined : refusal('key-refused', problem);
  },
];

const nameOf = (dotted: string): string => oidName(dotted) ?? dotted;

function keyProblem(info: ParsedCertificate['tbs']['publicKey']): string | undefined {
  try {
    const key = decodePublicKey(info);
    if (key.kind === 'other') return `its key is ${key.label}`;
    if (key.kind !== 'rsa') return undefined;
    if (key.modulusBits < RSA_BITS.least) return `its key is ${publicKeyLabel(key)}, less than ${RSA_BITS.least} bits`;
    if (key.modulusBits > RSA_BITS.most) return `its key is ${publicKeyLabel(key)}, more than ${RSA_BITS.most} bits`;
    if (key.exponent < 3n || key.exponent % 2n === 0n) return `its key has the exponent ${key.exponent}`;
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

/** Returns the first fault of a certificate that holds in every path. */
export function certificateFault(subject: Subject): Refusal | undefined {
  for (const check of CHECKS) {
    const found = check(subject);
    if (found !== undefined) return found;
  }
  return undefined;
}
export interface PolicyExtensions {
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly inhibitAnyPolicy: number | undefined;
}
