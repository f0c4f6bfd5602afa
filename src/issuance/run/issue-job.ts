import { chainToRoot, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { leafNotAfter, refuseConstrainedNames, type IssuerLimits } from '../../policy/rules/decide-spec.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeNameConstraints } from '../../pki/extension/name-constraints.ts';
import { namesOfLeaf } from '../../pki/name/carried-names.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import { OID } from '../../pki/oids.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import type { IssueJob } from './apply-issue.ts';
import type { LeafKey } from './leaf-issuer.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

/** What the certificate of one service is made from. */
export interface IssueOrder {
  readonly service: string;
  readonly spec: ServiceSpec;
  /** Recorded with the certificate; absent: a known service keeps what it has. */
  readonly upkeep?: Upkeep;
  readonly key: LeafKey;
  readonly directory: string;
  readonly isNew: boolean;
  /** The serial that serves until the switch. */
  readonly supersedes?: string;
}

/** Turns orders into jobs of one issuer. Throws what its certificates, their dates and their constraints have against one. */
export function jobMaker(
  issuer: CertifiedAuthority,
  authorities: readonly Authority[],
  { leaf }: Pick<Policy, 'leaf'>,
  notAfterPolicy: NotAfterPolicy | undefined,
  now: Date,
): (order: IssueOrder) => IssueJob {
  const limits = chainToRoot(issuer, authorities).map(limitsOf);
  const ending = notAfterPolicy ?? leaf.notAfterPolicy;
  const backdated = new Date(now.getTime() - leaf.backdate * 1000);
  const notBefore = backdated < issuer.certificate.notBefore ? issuer.certificate.notBefore : backdated;
  return ({ service, spec, key, directory, isNew, upkeep, supersedes }) => {
    const notAfter = leafNotAfter(service, spec.ttl, limits[0]!, ending, now);
    const { spiffeId, dns } = spec;
    const ip = spec.ip.map(text => parseIpAddress(text).octets);
    const names = namesOfLeaf({ commonName: service, spiffeId, dns, ip });
    for (const each of limits) refuseConstrainedNames(names, each);
    return {
      order: { service, spec, notBefore, notAfter, key },
      directory,
      isNew,
      ...(upkeep && { upkeep }),
      ...(supersedes !== undefined && { supersedes }),
    };
  };
}

function limitsOf(authority: CertifiedAuthority): IssuerLimits {
  const { id, certificate } = authority;
  const constraints = findExtension(decodeCertificate(certificate.der).tbs.extensions, OID.nameConstraints);
  return {
    id,
    ...lifeOf(authority),
    ...(constraints && { nameConstraints: decodeNameConstraints(constraints.value) }),
  };
}
