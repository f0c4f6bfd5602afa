/** Groups leaves that verifiers can distinguish only by their dates, so one represents the others. `read-situation.ts` calls it. */
import { toHex } from '../../pki/bytes.ts';
import { crlSerials } from '../../pki/crl/parsed.ts';
import { DEFAULT_LIMITS, startBudget } from '../../pki/path/budget.ts';
import { constrainedNames, nameRefusal } from '../../pki/path/constrained-names.ts';
import type { PathCertificate } from '../../pki/path/path-certificate.ts';
import type { PathCrl } from '../../pki/path/path-crl.ts';
import { purposeRefusal } from '../../pki/path/purpose.ts';
import type { Presenter } from './situation.ts';

export interface ReadLeaf {
  readonly service: string;
  readonly certificate: PathCertificate;
  readonly revoked: boolean;
}

export const ROLES = ['client', 'server'] as const;
export type Role = (typeof ROLES)[number];

/** Leaves that verifiers can distinguish only by their dates. */
export interface LeafClass {
  readonly presenter: Presenter;
  readonly chain: readonly PathCertificate[];
  readonly revoked: boolean;
  /** The roles that their extKeyUsage permits. */
  readonly roles: readonly Role[];
  readonly leaves: readonly ReadLeaf[];
}

/**
 * Groups the leaves of one presenter by issuer and key, form and purposes. The name constraints of `authorities` and the entries of `crls`
 * separate groups too.
 */
export function leafClasses(
  presenter: Presenter,
  chain: readonly PathCertificate[],
  leaves: readonly ReadLeaf[],
  authorities: readonly PathCertificate[],
  crls: readonly PathCrl[],
): readonly LeafClass[] {
  const listings = listedIn(leaves, crls);
  const groups = new Map<string, ReadLeaf[]>();
  for (const leaf of leaves) {
    const { certificate, revoked } = leaf;
    const listed = listings.get(toHex(certificate.tbs.serial)) ?? [];
    const key = JSON.stringify([revoked, listed, shape(certificate), nameVerdicts(certificate, authorities)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [leaf]);
    else group.push(leaf);
  }
  return [...groups.values()].map(group => ({
    presenter,
    chain,
    revoked: group[0]!.revoked,
    roles: ROLES.filter(role => purposeRefusal(group[0]!.certificate, role) === undefined),
    leaves: group,
  }));
}

/** Returns every field that path validation reads, except dates, names and serial number. */
function shape({ issuerName, extensions, policies, fault }: PathCertificate): unknown {
  const { authorityKeyIdentifier, extKeyUsage, cRLDistributionPoints } = extensions;
  const keyIdentifier = authorityKeyIdentifier?.value.keyIdentifier;
  return [
    issuerName,
    keyIdentifier && toHex(keyIdentifier),
    extKeyUsage?.value,
    cRLDistributionPoints?.value,
    policies.certificatePolicies?.map(({ policy }) => policy),
    fault?.code,
  ];
}

function nameVerdicts(certificate: PathCertificate, authorities: readonly PathCertificate[]): readonly unknown[] {
  return authorities.flatMap(({ extensions }) => {
    const constraints = extensions.nameConstraints?.value;
    if (constraints === undefined) return [];
    return [nameRefusal(constraints, constrainedNames(certificate), startBudget(DEFAULT_LIMITS))?.code ?? ''];
  });
}

/** Maps each serial number to the indexes of the CRLs that list it. Reads every CRL once, for any number of leaves. */
function listedIn(leaves: readonly ReadLeaf[], crls: readonly PathCrl[]): ReadonlyMap<string, readonly number[]> {
  const issuers = new Set(leaves.map(({ certificate }) => certificate.issuerName));
  const found = new Map(leaves.map(({ certificate }) => [toHex(certificate.tbs.serial), [] as number[]]));
  for (const [index, crl] of crls.entries()) {
    if (!issuers.has(crl.issuerName)) continue;
    for (const serial of crlSerials(crl)) found.get(toHex(serial))?.push(index);
  }
  return found;
}
