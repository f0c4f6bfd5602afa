// Predicts which certificate, CA or CRL expires first, with scheduled runs and without them.
// `forecast` calls it. It simulates the runs on plain data: it signs nothing and reads no clock.
import {
  certifierKey,
  isCertified,
  leafTier,
  newestActive,
  type CertifiedAuthority,
} from '../../ca/rules/active-issuer.ts';
import { crlFuture } from './forecast-crl.ts';
import { certificateFuture, type IssuingCas } from './forecast-certificate.ts';
import type { ForecastEvent } from './forecast-event.ts';
import { issuerRemedy } from './issuer-remedy.ts';
import { needsIssuer } from '../../renewal/rules/refusal.ts';
import { activeAuthorities } from '../../due/rules/reason.ts';
import type { Authority } from '../../record/authority.ts';
import { NO_ROTATION, type RotationFuture } from '../../rotation/rules/future.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { runsEvery, type Runs } from '../../time/runs.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { AuthorityRow } from '../../ca/rules/status.ts';

export interface Forecast {
  readonly now: Date;
  readonly until: Date;
  /** With scheduled runs: the first one interval from now, then one each interval. By date. */
  readonly keepsRunning: readonly ForecastEvent[];
  /** Without any further run. By date. */
  readonly stopsToday: readonly ForecastEvent[];
}

export interface ForecastInput {
  readonly services: readonly ServiceRow[];
  readonly authorities: readonly AuthorityRow[];
  /** Predicts the rotations with these runs; absent: nothing is rotated. */
  readonly rotations?: (runs: Runs) => RotationFuture;
}

/**
 * Predicts both scenarios. A run renews certificates past their renewal time, signs CRLs that are due, with the keys in the home, and
 * rotates the CAs that it may. A renewal that needs a decision of the operator is refused.
 */
export function forecast(
  input: ForecastInput,
  policy: Pick<Policy, 'leaf' | 'crl' | 'renewal'>,
  times: { readonly now: Date; readonly until: Date; readonly everySeconds: number },
): Forecast {
  const { now, until } = times;
  return {
    now,
    until,
    keepsRunning: scenario(input, policy, runsEvery(times.everySeconds, now, until)),
    stopsToday: scenario(input, policy, runsEvery(Infinity, now, until)),
  };
}

function scenario(
  input: ForecastInput,
  policy: Pick<Policy, 'leaf' | 'crl' | 'renewal'>,
  runs: Runs,
): readonly ForecastEvent[] {
  const authorities = input.authorities.map(({ authority }) => authority);
  const rotation = input.rotations?.(runs) ?? NO_ROTATION;
  const cas = issuingCas(authorities, rotation, runs.now);
  const futures = input.services.map(row => certificateFuture(row, cas, policy, runs));
  const lives = futures.flatMap(({ authorityId, end }) => (authorityId === undefined ? [] : [{ authorityId, end }]));
  const below = descendants(authorities.filter(isCertified));
  const dependents = (id: string, at: Date): number =>
    lives.filter(life => below.get(id)!.has(life.authorityId) && life.end >= at).length;
  return [
    ...futures.flatMap(({ events }) =>
      events.map(event =>
        needsIssuer(event.refusal) ? { ...event, remedy: issuerRemedy(authorities, event.at) } : event,
      ),
    ),
    ...rotation.steps.map(({ tier, step, from: subject, at, isDue }): ForecastEvent => ({
      ...{ name: isDue ? 'rotation-due' : 'rotation-step', kind: 'ca', subject, tier, step, at },
      ...(isDue && { keyLocation: signerOf(subject, authorities) }),
    })),
    ...input.authorities.flatMap(({ authority, crl, series }) => {
      if (!isCertified(authority) || authority.state === 'retired') return [];
      const { id: subject, keyLocation, tier } = authority;
      const { notBefore, notAfter } = authority.certificate;
      // its successor issues, and no valid certificate is left below it
      const isReplaced = rotation.replaced.has(subject) && dependents(subject, notAfter) === 0;
      const own: Pick<ForecastEvent, 'name' | 'at' | 'repairedAt'>[] = isReplaced
        ? []
        : [{ name: 'ca-expired', at: notAfter }];
      if (notBefore > runs.now) own.push({ name: 'ca-not-yet-valid', at: runs.now });
      const above = certifierKey(authority, authorities);
      return [...own, ...crlFuture(authority, crl, policy.crl, runs, series)].map(event => ({
        ...event,
        ...{ kind: 'ca' as const, subject, keyLocation: own.includes(event) ? above : keyLocation, tier },
        services: dependents(subject, event.at),
      }));
    }),
  ]
    .filter(({ at }) => at < runs.until)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || compare(a.name, b.name) || compare(a.subject, b.subject));
}

/** Returns the location of the key that signs the successor of a CA. */
const signerOf = (ca: string, authorities: readonly Authority[]): Authority['keyLocation'] =>
  certifierKey(
    authorities.find(({ id }) => id === ca)!,
    authorities,
  );

/** Returns the CAs that issue: the active one, then the successors of the planned rotations. */
function issuingCas(authorities: readonly Authority[], { issuers, drains }: RotationFuture, now: Date): IssuingCas {
  // also an expired one: `certificateFuture` judges its dates
  const begun = authorities.filter(({ certificate }) => certificate !== undefined && certificate.notBefore <= now);
  const tier = leafTier(authorities);
  const first = newestActive(begun, tier) ?? newestActive(authorities, tier);
  return {
    active: new Set([...activeAuthorities(authorities), ...issuers.map(({ issuer }) => issuer.id)]),
    issuerAt: run => issuers.findLast(({ from }) => from <= run)?.issuer ?? first,
    drainOf: ca => drains.get(ca),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Maps each CA to itself and the CAs below it. */
function descendants(authorities: readonly CertifiedAuthority[]): ReadonlyMap<string, ReadonlySet<string>> {
  const below = new Map(authorities.map(({ id }) => [id, new Set([id])]));
  const issuers = new Map(authorities.map(({ id, certificate }) => [id, certificate.issuerId]));
  for (const { id } of authorities) {
    const seen = new Set<string>();
    for (let above: string | undefined = id; above !== undefined && !seen.has(above); above = issuers.get(above)) {
      seen.add(above);
      below.get(above)?.add(id);
    }
  }
  return below;
}
