// Reads a certificate for path validation: extensions decoded, names in comparable form, faults found.
// Trust stores, bundles, publication, `probe`, `verifiers` and svcauth/node read certificates with it. It verifies no signature.
import { toHex } from '../bytes.ts';
import { DerError } from '../der/reader.ts';
import {
  decodeCertificatePolicies,
  decodeInhibitAnyPolicy,
  decodePolicyConstraints,
  decodePolicyMappings,
} from '../extension/certificate-policies.ts';
import { findExtension } from '../extension/extension.ts';
import { certificateFacts, type ExtensionsRead } from '../lint/certificate-facts.ts';
import { nameToString } from '../name/name.ts';
import { OID } from '../oids.ts';
import { decodeCertificate, type ParsedCertificate } from '../certificate/parsed.ts';
import { canonicalName } from '../name/canonical-name.ts';
import { certificateFault } from './certificate-checks.ts';
import { refusal, type Refusal } from './refusal.ts';
import type { PolicyExtensions } from './certificate-checks.ts';

/** A certificate, read once for all paths. */
export interface PathCertificate extends ParsedCertificate {
  readonly extensions: ExtensionsRead;
  readonly policies: PolicyExtensions;
  /** Names in the form of RFC 5280 §7.1. */
  readonly subjectName: string;
  readonly issuerName: string;
  readonly selfIssued: boolean;
  /** Equal for equal subject and key: one entity, which may have several certificates (RFC 4158 §5.2). */
  readonly entity: string;
  /** The fault that makes it unusable in every path. */
  readonly fault: Refusal | undefined;
}

/** Reads a certificate. Throws DerError for bytes that are not a certificate; any other problem is its `fault`. */
export function readPathCertificate(der: Uint8Array): PathCertificate {
  const parsed = decodeCertificate(der);
  const { tbs } = parsed;
  const { extensions, malformed } = certificateFacts(tbs);
  const [policies, malformedPolicy] = readPolicies(parsed);
  const subjectName = canonicalName(tbs.subject);
  const issuerName = canonicalName(tbs.issuer);
  const broken = malformed ?? malformedPolicy;
  return {
    ...parsed,
    extensions,
    policies,
    subjectName,
    issuerName,
    selfIssued: subjectName === issuerName,
    entity: `${toHex(tbs.publicKey.der)} ${subjectName}`,
    fault:
      broken === undefined
        ? certificateFault({ ...parsed, extensions, policies })
        : refusal('extension-malformed', broken),
  };
}

const NO_POLICIES: PolicyExtensions = {
  certificatePolicies: undefined,
  policyMappings: undefined,
  policyConstraints: undefined,
  inhibitAnyPolicy: undefined,
};

function readPolicies({ tbs }: ParsedCertificate): [PolicyExtensions, malformed?: string] {
  const read = <T>(type: string, decode: (value: Uint8Array) => T): T | undefined => {
    const extension = findExtension(tbs.extensions, type);
    return extension && decode(extension.value);
  };
  try {
    return [
      {
        certificatePolicies: read(OID.certificatePolicies, decodeCertificatePolicies),
        policyMappings: read(OID.policyMappings, decodePolicyMappings),
        policyConstraints: read(OID.policyConstraints, decodePolicyConstraints),
        inhibitAnyPolicy: read(OID.inhibitAnyPolicy, decodeInhibitAnyPolicy),
      },
    ];
  } catch (error) {
    if (error instanceof DerError) return [NO_POLICIES, error.message];
    throw error;
  }
}

/** Names a certificate for a person: its subject, or its serial number if the subject is empty. */
export const certificateLabel = ({ tbs }: ParsedCertificate): string =>
  nameToString(tbs.subject) || `serial ${toHex(tbs.serial)}`;
