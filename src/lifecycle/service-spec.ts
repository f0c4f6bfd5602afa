import { failure } from '../errors.ts';
import { constraintViolations } from '../pki/constraint-violation.ts';
import type { GeneralName } from '../pki/extension/general-name.ts';
import type { NameConstraints } from '../pki/extension/name-constraints.ts';
import type { NotAfterPolicy } from './choice.ts';
import { durationText } from './duration.ts';
import { generalNameText } from './general-name-text.ts';
import type { ServiceSpec } from './model.ts';
import { enforcePolicy, type Policy, type Violation } from './policy.ts';
import type { ServiceRequest } from './service-request.ts';
import { spiffeIdFromTemplate } from './spiffe-id-template.ts';

/** A leaf is at most this share of its issuer's lifetime, so that an issuer can be drained before it ends. */
const LEAF_SHARE = 6;

/** What the policy says to a request: the spec it becomes, and everything the policy has against it. */
export function resolveSpec(
  policy: Policy,
  request: ServiceRequest,
  out: string | undefined,
): { readonly spec: ServiceSpec; readonly violations: readonly Violation[] } {
  const spiffeId = request.spiffeId ?? spiffeIdFromTemplate(policy, request.service, request.tags);
  const ttl = request.ttl ?? policy.leaf.ttl;
  const keyAlgorithm = request.keyAlgorithm ?? policy.leaf.keyAlgorithm;
  const { service, dns, ip } = request;
  return {
    violations: enforcePolicy(policy, { service, spiffeId, dns, ip, ttl, keyAlgorithm }),
    spec: {
      spiffeId: spiffeId.uri,
      profile: request.profile ?? 'svid',
      dns: [...new Set(dns)],
      ip: [...new Set(ip.map(({ text }) => text))],
      ttl,
      keyAlgorithm,
      tags: request.tags,
      ...(out !== undefined && { out }),
    },
  };
}

export interface IssuerLimits {
  readonly id: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly nameConstraints?: NameConstraints;
}

/** When the leaf ends (inclusive). Throws ERR_TTL_SHARE, ERR_OUTLIVES_ISSUER. */
export function leafNotAfter(
  service: string,
  ttl: number,
  issuer: IssuerLimits,
  notAfterPolicy: NotAfterPolicy,
  now: Date,
): Date {
  const longest = Math.floor((issuer.notAfter.getTime() - issuer.notBefore.getTime()) / 1000 / LEAF_SHARE);
  if (ttl > longest) {
    const hours = Math.max(1, Math.floor(longest / 3600)) * 3600;
    const text = longest >= 86_400 ? durationText(Math.floor(longest / 86_400) * 86_400) : durationText(hours);
    throw failure('ERR_TTL_SHARE', { service, ttl: durationText(ttl), longest: text, issuer: issuer.id });
  }
  const notAfter = new Date(now.getTime() + ttl * 1000);
  if (notAfter <= issuer.notAfter) return notAfter;
  if (notAfterPolicy === 'truncate') return issuer.notAfter;
  throw failure('ERR_OUTLIVES_ISSUER', {
    service,
    notAfter: notAfter.toISOString(),
    issuer: issuer.id,
    issuerNotAfter: issuer.notAfter.toISOString(),
  });
}

/** Refuses names that the issuer's own constraints would make every verifier refuse (RFC 5280 §4.2.1.10). Throws ERR_CONSTRAINED. */
export function refuseConstrainedNames(names: readonly GeneralName[], issuer: IssuerLimits): void {
  if (issuer.nameConstraints === undefined) return;
  const violations = constraintViolations(issuer.nameConstraints, names);
  if (violations.length === 0) return;
  const problems = violations.map(({ name, rule, subtrees }) => {
    const bases = subtrees.map(generalNameText).join(', ');
    return rule === 'excluded'
      ? `${generalNameText(name)} is excluded by ${bases}`
      : `${generalNameText(name)} is outside ${bases}`;
  });
  throw failure('ERR_CONSTRAINED', { problems, issuer: issuer.id });
}
