// Completes a request by the policy, and applies the limits that its CA sets for dates and names.
// The planner calls it, and init and forecast for the longest lifetime. It never reads the current certificate of a service.

import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { constraintViolations } from '../../pki/name/constraint-violation.ts';
import { parseDnsName } from '../../pki/name/dns-name.ts';
import type { GeneralName } from '../../pki/extension/general-name.ts';
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import { durationText, parseDuration } from '../../time/duration.ts';
import { generalNameText } from '../../pki/name/general-name-text.ts';
import type { Authority } from '../../record/authority.ts';
import type { ServiceSpec } from '../../record/service.ts';
import { enforcePolicy, type Policy, type Violation } from './policy.ts';
import type { ServiceName } from '../../service/rules/name.ts';
import type { RequestedSpec } from '../../service/rules/requested-spec.ts';
import { spiffeIdFromTemplate } from './spiffe-id-template.ts';
import type { NotAfterPolicy } from './not-after-policy.ts';

/** A leaf has at most this part of its CA's lifetime, so a CA can be drained before it expires. */
export const LEAF_SHARE = 6;

/** Completes a request by the policy, and lists its violations of the policy. */
export function resolveSpec(
  policy: Policy,
  request: RequestedSpec,
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

/** Makes the request that keeps the recorded spec, for a service that is named without options. */
export function requestAsRecorded(service: ServiceName, spec: ServiceSpec): RequestedSpec {
  const { spiffeId, dns, ip, ttl, ...rest } = spec;
  return {
    ...rest,
    service,
    spiffeId: parseSpiffeId(spiffeId),
    dns: dns.map(parseDnsName),
    ip: ip.map(parseIpAddress),
    ttl: parseDuration(durationText(ttl)),
  };
}

export interface IssuerLimits {
  readonly id: string;
  readonly tier: Authority['tier'];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly nameConstraints?: NameConstraints;
}

/** Computes the longest lifetime of a leaf, in seconds. */
export const longestLeaf = ({ notBefore, notAfter }: Pick<IssuerLimits, 'notBefore' | 'notAfter'>): number =>
  Math.floor((notAfter.getTime() - notBefore.getTime()) / 1000 / LEAF_SHARE);

/** Rounds down to whole days, hours or minutes: the largest unit that does not give 0. */
export function roundDown(seconds: number): number {
  const unit = [86_400, 3600, 60].find(each => seconds >= each) ?? 1;
  return seconds - (seconds % unit);
}

/** notAfter of a leaf (inclusive), or the rule that refuses it. */
export type LeafEnd = { readonly notAfter: Date } | { readonly refusal: 'ttl-share' | 'outlives-issuer' };

/** Computes when a leaf of `ttl` seconds that is issued now expires. The CA is valid now. */
export function leafEnd(
  ttl: number,
  issuer: Pick<IssuerLimits, 'notBefore' | 'notAfter'>,
  notAfterPolicy: NotAfterPolicy,
  now: Date,
): LeafEnd {
  if (ttl > longestLeaf(issuer)) return { refusal: 'ttl-share' };
  const notAfter = new Date(now.getTime() + ttl * 1000);
  if (notAfter <= issuer.notAfter) return { notAfter };
  return notAfterPolicy === 'truncate' ? { notAfter: issuer.notAfter } : { refusal: 'outlives-issuer' };
}

/** Computes notAfter of a leaf (inclusive). Throws ERR_TTL_SHARE, ERR_OUTLIVES_ISSUER. */
export function leafNotAfter(
  service: string,
  ttl: number,
  issuer: IssuerLimits,
  notAfterPolicy: NotAfterPolicy,
  now: Date,
): Date {
  const end = leafEnd(ttl, issuer, notAfterPolicy, now);
  if ('notAfter' in end) return end.notAfter;
  if (end.refusal === 'ttl-share') {
    const [wanted, most] = [durationText(ttl), durationText(roundDown(longestLeaf(issuer)))];
    throw failure('ERR_TTL_SHARE', { service, ttl: wanted, longest: most, issuer: issuer.id });
  }
  throw failure('ERR_OUTLIVES_ISSUER', {
    service,
    notAfter: instantText(new Date(now.getTime() + ttl * 1000)),
    issuer: issuer.id,
    tier: issuer.tier,
    issuerNotAfter: instantText(issuer.notAfter),
  });
}

/** Refuses names that verifiers reject because of the CA's name constraints (RFC 5280 §4.2.1.10). Throws ERR_CONSTRAINED. */
export function refuseConstrainedNames(names: readonly GeneralName[], issuer: IssuerLimits): void {
  if (issuer.nameConstraints === undefined) return;
  const violations = constraintViolations(issuer.nameConstraints, names);
  if (violations.length === 0) return;
  const problems = violations.map(({ name, rule, subtrees, problem }) => {
    const bases = subtrees.map(generalNameText).join(', ');
    if (rule === 'name-excluded') return `${generalNameText(name)} is excluded by ${bases}`;
    return rule === 'name-not-permitted' ? `${generalNameText(name)} is outside ${bases}` : problem;
  });
  throw failure('ERR_CONSTRAINED', { problems, issuer: issuer.id });
}
