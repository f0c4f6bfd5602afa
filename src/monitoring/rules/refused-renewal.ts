// Decides which renewals a run will refuse: due ones, and lifetimes that the issuing CA cannot certify at any time.
// The source `renewals` calls it. `renewal/rules/refusal.ts` has the rule, which `forecast` uses as well.
import { leafTier, newestActive } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { activeAuthorities } from '../../due/rules/reason.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import { longestLeaf, roundDown } from '../../policy/rules/decide-spec.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Authority } from '../../record/authority.ts';
import type { ServiceRow } from '../../record/service.ts';
import { needsIssuer, renewalResult } from '../../renewal/rules/refusal.ts';
import type { Finding } from './finding.ts';
import { issuerRemedy } from './issuer-remedy.ts';

/** A lifetime that services have, in seconds, with the number of these services and one of them. */
interface Lifetime {
  readonly ttl: number;
  readonly services: number;
  readonly name: string;
}

export interface RefusedInput {
  /** At least the services whose renewal is due. */
  readonly due: readonly ServiceRow[];
  readonly lifetimes: readonly Lifetime[];
  readonly authorities: readonly Authority[];
  /** Names of services that already have a finding about their expiry. */
  readonly reported: ReadonlySet<string>;
  /** True: the CA that issues leaves has a finding, which is the cause. */
  readonly isCaReported: boolean;
}

/** Lists the refused renewals. Services with the same lifetime and the same reason are one finding. */
export function refusedRenewals(
  { due, lifetimes, authorities, reported, isCaReported }: RefusedInput,
  { leaf, renewal }: Pick<Policy, 'leaf' | 'renewal'>,
  now: Date,
): readonly Finding[] {
  const issuer = newestActive(authorities, leafTier(authorities));
  const longest = issuer && roundDown(longestLeaf(lifeOf(issuer)));
  const active = activeAuthorities(authorities);
  const groups = new Map<string, Finding>();
  for (const { service, certificate } of due) {
    if (certificate?.state !== 'current' || certificate.notAfter < now || reported.has(service.name)) continue;
    const { name, spec } = service;
    const { keySource, notAfter: deadline } = certificate;
    if (active.has(certificate.authorityId)) {
      // a certificate that expires with its CA is not renewed
      if (issuer !== undefined && deadline >= issuer.certificate.notAfter) continue;
      if (renewalTime(certificate, renewalOf(service, renewal).threshold) > now) continue;
    }
    const result = renewalResult({ keySource, ttl: spec.ttl }, issuer, leaf, now);
    if (!('refusal' in result)) continue;
    const { refusal } = result;
    // a CSR that is due has a finding of its own
    if (refusal === 'csr' || (isCaReported && refusal !== 'ttl-share')) continue;
    const key = `${refusal} ${spec.ttl}`;
    const known = groups.get(key);
    groups.set(key, {
      ...{ name: 'renewal-refused', severity: 'critical', kind: 'service', subject: name, refusal, deadline },
      ...known,
      services: (known?.services ?? 0) + 1,
      ...(refusal === 'ttl-share' && longest !== undefined && { longest }),
      ...(needsIssuer(refusal) && { remedy: issuerRemedy(authorities, now) }),
    });
  }
  const tooLong = lifetimes.filter(({ ttl }) => issuer && ttl > longestLeaf(lifeOf(issuer)));
  const early = tooLong.filter(({ ttl }) => !groups.has(`ttl-share ${ttl}`));
  return [
    ...groups.values(),
    ...early.map(({ name: subject, services }): Finding => ({
      ...{ name: 'renewal-refused', kind: 'service', severity: 'warning', subject, refusal: 'ttl-share', services },
      ...(longest !== undefined && { longest }),
    })),
  ];
}
