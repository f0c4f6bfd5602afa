import { DerReader } from '../der/reader.ts';
import type { GeneralName } from '../extension/general-name.ts';
import { OID } from '../oids.ts';
import { decodeName, encodeName, isEmptyName, type Name } from './name.ts';

/**
 * Which names does a certificate carry? The policy, issuance, the lint and the validator ask it of one leaf and judge the same names.
 * Nothing is judged here: the policy has its own rules, and `constraint-violation.ts` compares with the constraints of a CA.
 */

/** What a leaf is made to name. */
export interface LeafNames {
  /** The service; empty: the subject is empty. */
  readonly commonName: string;
  readonly spiffeId: string;
  readonly dns: readonly string[];
  /** 4 or 16 octets each. */
  readonly ip: readonly Uint8Array[];
}

/** The subject of a leaf. */
export const leafSubject = ({ commonName }: Pick<LeafNames, 'commonName'>): Uint8Array =>
  encodeName(commonName === '' ? [] : [[OID.commonName, commonName]]);

/** The subjectAltName of a leaf, in its order. */
export const leafAltNames = ({ spiffeId, dns, ip }: Omit<LeafNames, 'commonName'>): readonly GeneralName[] => [
  { type: 'uri', value: spiffeId },
  ...dns.map((value): GeneralName => ({ type: 'dns', value })),
  ...ip.map((octets): GeneralName => ({ type: 'ip', octets })),
];

/** The names of a leaf that is not made yet: the same as those of the certificate. */
export const namesOfLeaf = (leaf: LeafNames): readonly GeneralName[] =>
  carriedNames(decodeName(new DerReader(leafSubject(leaf)), 'the subject'), leafAltNames(leaf));

/**
 * Every name that a certificate speaks for, subjectAltName first: the subject itself is one, and so is an emailAddress in it (RFC 5280
 * §4.2.1.10; also beside a subjectAltName, for that is what readers of such subjects would believe).
 */
export function carriedNames(subject: Name, altNames: readonly GeneralName[]): readonly GeneralName[] {
  const names: GeneralName[] = [...altNames];
  if (!isEmptyName(subject)) names.push({ type: 'directory', name: subject });
  for (const { type, value } of subject.rdns.flat()) {
    // a commonName that looks like a host is not among them yet: a line here makes it one for all four
    if (type === OID.emailAddress) names.push({ type: 'email', value: value ?? '' });
  }
  return names;
}
