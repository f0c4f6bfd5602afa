// Lint rules for extensions that only other CAs issue: policies, issuerAltName, freshestCRL and the like (RFC 5280 §4.2).
// `signed-certificate-lint.ts` includes them. Signing does not use them: `extension-rules.ts` refuses these extensions.
import { DerError, DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import {
  decodeCertificatePolicies,
  decodeInhibitAnyPolicy,
  decodePolicyConstraints,
  decodePolicyMappings,
} from '../extension/certificate-policies.ts';
import { findExtension, type Extension } from '../extension/extension.ts';
import { decodeGeneralNames } from '../extension/general-name.ts';
import { OID, type OidName } from '../oids.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import { nameProblems } from './general-name-rules.ts';
import type { Rule } from './rule.ts';

const must = (
  name: OidName,
  critical: boolean,
  clause: string,
  severity: 'error' | 'warning',
): Rule<CertificateFacts> => ({
  name: `${name}-${critical ? 'critical' : 'not-critical'}`,
  clause,
  severity,
  scope: 'standard',
  check: facts => {
    const extension = extensionOf(facts, name);
    if (extension === undefined || extension.critical === critical) return undefined;
    return critical ? `${name} is not critical` : `${name} is critical`;
  },
});

const readable = (name: OidName, clause: string, read: (value: Uint8Array) => unknown): Rule<CertificateFacts> => ({
  name: `${name}-structure`,
  clause,
  severity: 'error',
  scope: 'standard',
  check: facts => {
    const extension = extensionOf(facts, name);
    return extension && problemOf(() => read(extension.value));
  },
});

/** Rules for extensions that svcauth does not issue, in certificates of other CAs. */
export const FOREIGN_EXTENSION_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'issuer-alt-name',
    clause: 'RFC 5280 §4.2.1.7',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const extension = extensionOf(facts, 'issuerAltName');
      if (extension === undefined) return undefined;
      const problems: string[] = [];
      const unreadable = problemOf(() => {
        const names = decodeGeneralNames(extension.value, 'issuerAltName', fault => problems.push(fault.message));
        problems.push(...names.flatMap(nameProblems));
      });
      if (unreadable !== undefined) problems.push(unreadable);
      return problems.length === 0 ? undefined : problems.join('; ');
    },
  },
  must('issuerAltName', false, 'RFC 5280 §4.2.1.7', 'warning'),
  readable('certificatePolicies', 'RFC 5280 §4.2.1.4', decodeCertificatePolicies),
  {
    name: 'explicit-text',
    clause: 'RFC 5280 §4.2.1.4',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const value = extensionOf(facts, 'certificatePolicies')?.value;
      return value !== undefined && explicitTextTags(value).includes(TAG.ia5String)
        ? 'the text of a user notice is an IA5String'
        : undefined;
    },
  },
  readable('policyMappings', 'RFC 5280 §4.2.1.5', decodePolicyMappings),
  must('policyMappings', true, 'RFC 5280 §4.2.1.5', 'warning'),
  {
    name: 'no-mapping-of-any-policy',
    clause: 'RFC 5280 §4.2.1.5',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const value = extensionOf(facts, 'policyMappings')?.value;
      if (value === undefined || problemOf(() => decodePolicyMappings(value)) !== undefined) return undefined;
      return decodePolicyMappings(value).some(
        ({ issuerDomainPolicy, subjectDomainPolicy }) =>
          issuerDomainPolicy === OID.anyPolicy || subjectDomainPolicy === OID.anyPolicy,
      )
        ? 'policyMappings maps from or to anyPolicy'
        : undefined;
    },
  },
  readable('policyConstraints', 'RFC 5280 §4.2.1.11', decodePolicyConstraints),
  must('policyConstraints', true, 'RFC 5280 §4.2.1.11', 'error'),
  readable('inhibitAnyPolicy', 'RFC 5280 §4.2.1.14', decodeInhibitAnyPolicy),
  must('inhibitAnyPolicy', true, 'RFC 5280 §4.2.1.14', 'error'),
  must('freshestCRL', false, 'RFC 5280 §4.2.1.15', 'error'),
  must('subjectInfoAccess', false, 'RFC 5280 §4.2.2.2', 'error'),
  {
    name: 'extension-not-empty',
    clause: 'RFC 5280 §4.2',
    severity: 'error',
    scope: 'standard',
    check: facts => {
      const empty = NEVER_EMPTY.find(name => isEmptySequence(extensionOf(facts, name)?.value));
      return empty && `${empty} is an empty sequence`;
    },
  },
];

/** Extensions of SEQUENCE SIZE (1..MAX) that no other rule here reads. */
const NEVER_EMPTY: readonly OidName[] = ['cRLDistributionPoints', 'freshestCRL', 'subjectInfoAccess'];

const extensionOf = ({ tbs }: CertificateFacts, name: OidName): Extension | undefined =>
  findExtension(tbs.extensions, OID[name]);

const isEmptySequence = (value: Uint8Array | undefined): boolean =>
  value?.length === 2 && value[0] === TAG.sequence && value[1] === 0;

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

/** Returns the string types of the explicit texts, up to the first that cannot be read. */
function explicitTextTags(value: Uint8Array): readonly number[] {
  const tags: number[] = [];
  problemOf(() => {
    const policies = new DerReader(value).enter(TAG.sequence, 'certificatePolicies');
    while (!policies.done) {
      const policy = policies.enter(TAG.sequence, 'a policy');
      policy.oid('a policy identifier');
      const qualifiers = policy.optional(TAG.sequence, 'policy qualifiers');
      while (qualifiers !== undefined && !qualifiers.done) {
        const qualifier = qualifiers.enter(TAG.sequence, 'a policy qualifier');
        const isNotice = qualifier.oid('a policy qualifier identifier') === OID.unotice;
        const notice = isNotice ? qualifier.optional(TAG.sequence, 'a user notice') : undefined;
        notice?.optional(TAG.sequence, 'a notice reference');
        if (notice !== undefined && !notice.done) tags.push(notice.peek());
      }
    }
  });
  return tags;
}
