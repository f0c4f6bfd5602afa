// Lint rules for the extensions that svcauth itself knows (RFC 5280 §4.2, RFC 9608).
// `certificate-rules.ts` includes them, before signing and for `lint`. `foreign-extension-rules.ts` has rules for others.
import { sameName } from '../name/name.ts';
import type { KeyUsage } from '../extension/key-usage.ts';
import { OID, oidName } from '../oids.ts';
import { isCa, type CertificateFacts, type KnownExtension } from './certificate-facts.ts';
import type { Rule } from './rule.ts';

const must = (
  name: KnownExtension,
  critical: boolean,
  clause: string,
  severity: 'error' | 'warning',
  concerns: (facts: CertificateFacts) => boolean = () => true,
): Rule<CertificateFacts> => {
  const message = critical ? `${name} is not critical` : `${name} is critical`;
  return {
    name: `${name}-${critical ? 'critical' : 'not-critical'}`,
    clause,
    severity,
    scope: 'standard',
    check: facts => {
      const extension = facts.extensions[name];
      return extension !== undefined && extension.critical !== critical && concerns(facts) ? message : undefined;
    },
  };
};

const emptySubject = ({ tbs }: CertificateFacts): boolean => tbs.subject.rdns.length === 0;

/** Rules for criticality, combinations and values of extensions; names have their own table. */
export const EXTENSION_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'extension-structure',
    clause: 'RFC 5280 §4.2',
    severity: 'error',
    scope: 'standard',
    check: ({ malformed }) => malformed,
  },
  {
    name: 'extension-known',
    clause: 'RFC 5280 §4.2',
    severity: 'error',
    scope: 'ours',
    check: ({ unknown }) =>
      unknown === undefined ? undefined : `the extension ${unknown} is one that svcauth does not issue`,
  },
  must('authorityKeyIdentifier', false, 'RFC 5280 §4.2.1.1', 'error'),
  must('subjectKeyIdentifier', false, 'RFC 5280 §4.2.1.2', 'error'),
  // X509-SVID §4.3 makes it a MUST
  must('keyUsage', true, 'RFC 5280 §4.2.1.3', 'warning'),
  must('subjectAltName', true, 'RFC 5280 §4.2.1.6', 'error', emptySubject),
  must('subjectAltName', false, 'RFC 5280 §4.2.1.6', 'warning', facts => !emptySubject(facts)),
  must('basicConstraints', true, 'RFC 5280 §4.2.1.9', 'error', isCa),
  must('nameConstraints', true, 'RFC 5280 §4.2.1.10', 'error'),
  must('cRLDistributionPoints', false, 'RFC 5280 §4.2.1.13', 'warning'),
  must('authorityInfoAccess', false, 'RFC 5280 §4.2.2.1', 'error'),
  must('noRevAvail', false, 'RFC 9608 §2', 'error'),
  {
    // a self-signed CA may omit it
    name: 'authority-key-identifier',
    clause: 'RFC 5280 §4.2.1.1',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const { authorityKeyIdentifier } = facts.extensions;
      if (authorityKeyIdentifier === undefined) {
        return isCa(facts) && sameName(facts.tbs.subject, facts.tbs.issuer)
          ? undefined
          : 'authorityKeyIdentifier is missing';
      }
      return authorityKeyIdentifier.value.keyIdentifier === undefined
        ? 'authorityKeyIdentifier has no keyIdentifier'
        : undefined;
    },
  },
  {
    name: 'authority-key-identifier-alone',
    clause: 'RFC 5280 §4.2.1.1',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions: { authorityKeyIdentifier } }) =>
      authorityKeyIdentifier?.value.namesIssuer
        ? 'authorityKeyIdentifier names an issuer and serial number, which breaks cross-signing'
        : undefined,
  },
  {
    name: 'subject-key-identifier',
    clause: 'RFC 5280 §4.2.1.2',
    severity: 'error',
    scope: 'standard',
    check: facts =>
      isCa(facts) && facts.extensions.subjectKeyIdentifier === undefined
        ? 'subjectKeyIdentifier is missing in a CA'
        : undefined,
  },
  {
    name: 'key-usage-some',
    clause: 'RFC 5280 §4.2.1.3',
    severity: 'error',
    scope: 'standard',
    check: ({ extensions: { keyUsage } }) => (keyUsage?.value.size === 0 ? 'keyUsage has no bit set' : undefined),
  },
  {
    name: 'key-cert-sign-implies-ca',
    clause: 'RFC 5280 §4.2.1.3',
    severity: 'error',
    scope: 'standard',
    check: facts =>
      facts.extensions.keyUsage?.value.has('keyCertSign') && !isCa(facts)
        ? 'keyUsage has keyCertSign, but basicConstraints does not have cA'
        : undefined,
  },
  {
    name: 'key-usage-of-key',
    clause: 'RFC 8813 §3, RFC 8410 §5',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs, extensions: { keyUsage } }) => {
      const { oid } = tbs.publicKey.algorithm;
      if (keyUsage === undefined || (oid !== OID.ecPublicKey && oid !== OID.ed25519)) return undefined;
      for (const usage of ['keyEncipherment', 'dataEncipherment'] as const) {
        if (keyUsage.value.has(usage)) return `keyUsage has ${usage}, but the key cannot encipher`;
      }
      return undefined;
    },
  },
  {
    name: 'key-usage-of-purposes',
    clause: 'RFC 5280 §4.2.1.12',
    severity: 'warning',
    scope: 'standard',
    check: facts => {
      const { keyUsage, extKeyUsage } = facts.extensions;
      if (keyUsage === undefined || extKeyUsage === undefined || isCa(facts)) return undefined;
      const purposes = extKeyUsage.value.map(purpose => USAGES_OF_PURPOSE[purpose]);
      // an unknown purpose may be consistent with any usage
      if (purposes.includes(undefined)) return undefined;
      for (const usage of keyUsage.value) {
        if (purposes.some(usages => usages!.includes(usage))) continue;
        return `keyUsage has ${usage}, which ${extKeyUsage.value.map(each => oidName(each) ?? each).join(' and ')} cannot use`;
      }
      return undefined;
    },
  },
  {
    name: 'distribution-point-somewhere',
    clause: 'RFC 5280 §4.2.1.13',
    severity: 'error',
    scope: 'standard',
    check: ({ extensions: { cRLDistributionPoints } }) =>
      cRLDistributionPoints !== undefined && cRLDistributionPoints.value.nowhere > 0
        ? 'a CRL distribution point has neither a name nor a CRL issuer'
        : undefined,
  },
  {
    name: 'path-length-of-ca',
    clause: 'RFC 5280 §4.2.1.9',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const { basicConstraints, keyUsage } = facts.extensions;
      if (basicConstraints?.value.pathLength === undefined) return undefined;
      if (!isCa(facts)) return 'basicConstraints has a pathLenConstraint without cA';
      return keyUsage?.value.has('keyCertSign')
        ? undefined
        : 'basicConstraints has a pathLenConstraint without keyCertSign';
    },
  },
  {
    name: 'name-constraints-of-ca',
    clause: 'RFC 5280 §4.2.1.10',
    severity: 'error',
    scope: 'standard',
    check: facts =>
      facts.extensions.nameConstraints !== undefined && !isCa(facts) ? 'a leaf has nameConstraints' : undefined,
  },
  {
    name: 'no-rev-avail-alone',
    clause: 'RFC 9608 §3',
    severity: 'error',
    scope: 'standard',
    check: ({ extensions: { noRevAvail, cRLDistributionPoints, authorityInfoAccess } }) => {
      if (noRevAvail === undefined) return undefined;
      if (cRLDistributionPoints !== undefined) return 'noRevAvail and cRLDistributionPoints are both present';
      return authorityInfoAccess?.value.some(({ method }) => method === OID.adOcsp)
        ? 'noRevAvail and an OCSP responder are both present'
        : undefined;
    },
  },
  {
    name: 'no-rev-avail-of-leaf',
    clause: 'RFC 9608 §2',
    severity: 'error',
    scope: 'standard',
    check: facts => (facts.extensions.noRevAvail !== undefined && isCa(facts) ? 'a CA has noRevAvail' : undefined),
  },
  {
    name: 'no-rev-avail-short-lived',
    clause: 'RFC 9608 §1',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs, extensions }) => {
      const seconds = (tbs.notAfter.date.getTime() - tbs.notBefore.date.getTime()) / 1000;
      return extensions.noRevAvail !== undefined && seconds > DAY
        ? `noRevAvail with a lifetime of ${seconds} s, more than ${DAY} s`
        : undefined;
    },
  },
];

const DAY = 86_400;

const SIGNING: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation'];

/** The key usages that §4.2.1.12 calls consistent with each purpose. */
const USAGES_OF_PURPOSE: Readonly<Record<string, readonly KeyUsage[]>> = {
  [OID.serverAuth]: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  [OID.clientAuth]: ['digitalSignature', 'keyAgreement'],
  [OID.codeSigning]: ['digitalSignature'],
  [OID.emailProtection]: [...SIGNING, 'keyEncipherment', 'keyAgreement'],
  [OID.timeStamping]: SIGNING,
  [OID.ocspSigning]: SIGNING,
};
