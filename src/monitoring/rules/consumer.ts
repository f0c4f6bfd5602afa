// Decides which consumers have not loaded the trust that verifiers need, and how urgent that is.
// `run/source/consumers.ts` calls it. It is pure: consumers, published CRLs and revocations come in.
import { BACKDATE } from '../../crl/rules/backdate.ts';
import type { ConsumerState } from '../../deployment/rules/consumer.ts';
import type { LoadedCrl } from '../../record/consumer.ts';
import { sortedFindings, type Finding } from './finding.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';

/** Facts of a CA that consumers need a CRL of. */
export interface NeededCrl {
  readonly ca: string;
  /** Lifetime of its CRLs in seconds. */
  readonly lifetime: number;
  /** Number of the published CRL; absent: there is none. */
  readonly published?: bigint;
  /** Time of the last revocation; absent: none. */
  readonly lastRevocation?: Date;
}

/** Lists the findings about consumers. Services without a hook have one together: the worst of them, with their total number. */
export function consumersFindings(
  consumers: readonly ConsumerState[],
  needed: readonly NeededCrl[],
  thresholds: CheckThresholds,
  now: Date,
): readonly Finding[] {
  const findings = consumers.flatMap(each => consumerFindings(each, needed, thresholds, now));
  const [first, ...others] = sortedFindings(findings.filter(({ reload }) => reload === 'undeclared'));
  if (first === undefined) return findings;
  const services = [first, ...others].reduce((sum, each) => sum + (each.services ?? 1), 0);
  const together = { ...first, ...(services > 1 && { services }) };
  return [...findings.filter(({ reload }) => reload !== 'undeclared'), together];
}

/** Lists the findings about one consumer: at most one. */
function consumerFindings(
  consumer: ConsumerState,
  needed: readonly NeededCrl[],
  thresholds: CheckThresholds,
  now: Date,
): readonly Finding[] {
  const { name: subject, reload, loaded, pending } = consumer;
  const about = { kind: 'consumer', subject, reload } as const;
  // it has loaded the published trust: the CRL itself is judged
  if (reload === 'hook' && pending === undefined) return [];
  const [ca, crl] = firstToExpire(loaded?.crls, needed);
  const missed = loaded === undefined ? undefined : unheard(loaded, needed);
  const nearEnd = crl && nearness(crl, needed.find(each => each.ca === ca)!.lifetime, reload, thresholds, now);
  const [severity, problem, deadline] = worst([
    ...(crl && nearEnd ? [[nearEnd, `the loaded CRL of ${ca}`, crl.nextUpdate] as const] : []),
    ...(missed === undefined
      ? []
      : [[reload === 'undeclared' ? 'warning' : 'critical', `a revocation by ${missed} is not loaded`] as const]),
  ]);
  const failed = pending?.problem === undefined ? {} : { failed: pending.problem };
  if (severity !== undefined) {
    const expiry = deadline === undefined ? {} : { deadline };
    return [{ ...about, name: 'trust-not-loaded', severity, problem, ...expiry, ...failed, ...countOf(consumer) }];
  }
  const isOwed = reload === 'manual' ? loaded === undefined : (pending?.attempts ?? 0) > 0;
  if (!isOwed) return [];
  return [{ ...about, name: 'consumer-pending', severity: 'warning', ...failed, ...countOf(consumer) }];
}

const countOf = ({ services }: ConsumerState): { readonly services?: number } => (services > 1 ? { services } : {});

type Judgement = readonly [severity: 'warning' | 'critical', problem: string, expiry?: Date];

const worst = (judgements: readonly Judgement[]): Judgement | readonly [undefined, undefined] =>
  judgements.find(([severity]) => severity === 'critical') ?? judgements[0] ?? [undefined, undefined];

/** A program that reloads by itself is judged by what it has surely loaded; it will load what is published. */
const nearness = (
  { nextUpdate }: LoadedCrl,
  lifetime: number,
  reload: ConsumerState['reload'],
  { crlWarning, crlCritical }: CheckThresholds,
  now: Date,
): 'warning' | 'critical' | undefined => {
  if (nextUpdate <= now) return 'critical';
  if (reload === 'self') return undefined;
  return urgency(new Date(nextUpdate.getTime() - lifetime * 1000), nextUpdate, crlWarning, crlCritical, now);
};

function firstToExpire(
  crls: ReadonlyMap<string, LoadedCrl> | undefined,
  needed: readonly NeededCrl[],
): readonly [string, LoadedCrl] | readonly [undefined, undefined] {
  const found = needed.flatMap(({ ca, published }): (readonly [string, LoadedCrl])[] => {
    const crl = crls?.get(ca);
    // the CRL that is published is judged by itself: loading it again would not help
    const isNewest = crl !== undefined && published !== undefined && crl.number >= published;
    return crl === undefined || isNewest ? [] : [[ca, crl]];
  });
  return found.sort(([, a], [, b]) => a.nextUpdate.getTime() - b.nextUpdate.getTime())[0] ?? [undefined, undefined];
}

/** Names a CA that has revoked a certificate since the consumer loaded its CRL. A recorded revocation date is backdated. */
const unheard = ({ at }: NonNullable<ConsumerState['loaded']>, needed: readonly NeededCrl[]): string | undefined =>
  needed.find(
    ({ lastRevocation }) => lastRevocation !== undefined && lastRevocation.getTime() + BACKDATE * 1000 > at.getTime(),
  )?.ca;
