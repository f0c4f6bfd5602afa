// Answers: which spec does a request become, and which dates and names do its CAs allow? Called by the planner and, for the longest
// lifetime, by init and forecast. It never looks at the certificate that a service has.

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

/** A leaf is at most this share of its issuer's lifetime, so that an issuer can be drained before it ends. */
export const LEAF_SHARE = 6;

/** What the policy says to a request: the spec it becomes, and everything the policy has against it. */
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

/** The request that gives a service what it has: for one that is named and not described. */
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

/** The longest lifetime of a leaf, in seconds. */
export const longestLeaf = ({ notBefore, notAfter }: Pick<IssuerLimits, 'notBefore' | 'notAfter'>): number =>
  Math.floor((notAfter.getTime() - notBefore.getTime()) / 1000 / LEAF_SHARE);

/** To whole days, hours or minutes, whatever is the largest that leaves anything. */
export function roundDown(seconds: number): number {
  const unit = [86_400, 3600, 60].find(each => seconds >= each) ?? 1;
  return seconds - (seconds % unit);
}

/** The end of a leaf (inclusive), or the rule that refuses it. */
export type LeafEnd = { readonly notAfter: Date } | { readonly refusal: 'ttl-share' | 'outlives-issuer' };

/** Answers when a leaf of `ttl` seconds that is issued now ends. The issuer is valid now. */
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

/** When the leaf ends (inclusive). Throws ERR_TTL_SHARE, ERR_OUTLIVES_ISSUER. */
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

/** Refuses names that the issuer's own constraints would make every verifier refuse (RFC 5280 §4.2.1.10). Throws ERR_CONSTRAINED. */
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
