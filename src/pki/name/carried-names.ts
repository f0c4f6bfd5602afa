import { DerReader } from '../der/reader.ts';
import type { GeneralName } from '../extension/general-name.ts';
import { OID } from '../oids.ts';
import { decodeName, encodeName, isEmptyName, type Name } from './name.ts';

/**
 * Lists the names of a certificate. Policy, issuance, lint and validator use the same list.
 *
 * It judges no name: the policy has its own rules, and `constraint-violation.ts` compares with the constraints of a CA.
 */

/** The names of a leaf to issue. */
export interface LeafNames {
  /** The name of the service; if it is empty, the subject is empty. */
  readonly commonName: string;
  readonly spiffeId: string;
  readonly dns: readonly string[];
  /** Addresses of 4 or 16 octets each. */
  readonly ip: readonly Uint8Array[];
}

/** Encodes the subject of a leaf. */
export const leafSubject = ({ commonName }: Pick<LeafNames, 'commonName'>): Uint8Array =>
  encodeName(commonName === '' ? [] : [[OID.commonName, commonName]]);

/** Lists the names for the subjectAltName of a leaf, in their order in the certificate. */
export const leafAltNames = ({ spiffeId, dns, ip }: Omit<LeafNames, 'commonName'>): readonly GeneralName[] => [
  { type: 'uri', value: spiffeId },
  ...dns.map((value): GeneralName => ({ type: 'dns', value })),
  ...ip.map((octets): GeneralName => ({ type: 'ip', octets })),
];

/** Returns the names of a leaf that is not issued yet, equal to those of its certificate. */
export const namesOfLeaf = (leaf: LeafNames): readonly GeneralName[] =>
  carriedNames(decodeName(new DerReader(leafSubject(leaf)), 'the subject'), leafAltNames(leaf));

/**
 * Returns every name that constraints apply to: subjectAltName, the subject, and each emailAddress in the subject (RFC 5280
 * §4.2.1.10). An emailAddress counts even if there is a subjectAltName, because some programs read it anyway.
 */
export function carriedNames(subject: Name, altNames: readonly GeneralName[]): readonly GeneralName[] {
  const names: GeneralName[] = [...altNames];
  if (!isEmptyName(subject)) names.push({ type: 'directory', name: subject });
  for (const { type, value } of subject.rdns.flat()) {
    // a commonName that looks like a host is not included yet; a line here would include it for all four callers
    if (type === OID.emailAddress) names.push({ type: 'email', value: value ?? '' });
  }
  return names;
}
