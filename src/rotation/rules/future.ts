/**
 * Predicts the steps that scheduled runs will take, and the CAs that they create. `forecast` calls it. It signs nothing, and assumes that
 * the gates open at the planned times.
 */
import { leafTier, newestActive, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { Rotation } from '../../record/rotation.ts';
import type { Runs } from '../../time/runs.ts';
import { rotationOutlook, type OutlookFacts, type RotationOutlook } from './outlook.ts';
import type { RotationStep } from './timetable.ts';

/** A predicted step. `isDue`: an operator has to take it; otherwise a run does. */
interface PredictedStep {
  readonly tier: Rotation['tier'];
  readonly step: RotationStep;
  /** The CA that is replaced. */
  readonly from: string;
  readonly at: Date;
  readonly isDue: boolean;
}

export interface RotationFuture {
  /** By time. */
  readonly steps: readonly PredictedStep[];
  /** CAs that will issue leaves, with the run from which they do. */
  readonly issuers: readonly { readonly from: Date; readonly issuer: CertifiedAuthority }[];
  /** The run that makes the certificates of a CA due, by its id. */
  readonly drains: ReadonlyMap<string, Date>;
  /** Ids of CAs that a successor replaces before they expire. */
  readonly replaced: ReadonlySet<string>;
}

export const NO_ROTATION: RotationFuture = { steps: [], issuers: [], drains: new Map(), replaced: new Set() };

/** More rotations than any forecast shows. */
const MOST = 200;

/** Predicts the rotations of both tiers. `able`: the tiers whose keys scheduled runs can open. */
export function rotationFuture(facts: OutlookFacts, able: ReadonlySet<Rotation['tier']>, runs: Runs): RotationFuture {
  const steps: PredictedStep[] = [];
  const issuers: { from: Date; issuer: CertifiedAuthority }[] = [];
  const drains = new Map<string, Date>();
  const replaced = new Set<string>();
  for (const tier of ['root', 'issuing'] as const) {
    let now = facts;
    for (let count = 0; count < MOST; count++) {
      const outlook = rotationOutlook(tier, now);
      if (outlook === undefined) break;
      const planned = outlook.mode === 'auto' && able.has(tier) ? predict(outlook, now, runs) : undefined;
      if (planned === undefined) {
        if (outlook.rotation?.activatedAt !== undefined) replaced.add(outlook.from.id);
        const isDue = outlook.from.state !== 'tainted' && runs.next(runs.now) !== undefined;
        if (isDue) steps.push({ tier, step: outlook.step, from: outlook.from.id, at: outlook.due, isDue });
        break;
      }
      const { times, successor } = planned;
      for (const [step, at] of times) steps.push({ tier, step, from: outlook.from.id, at, isDue: false });
      const [activate, drain] = (['activate', 'drain'] as const).map(step => new Map(times).get(step));
      if (tier === leafTier(facts.authorities)) {
        if (activate !== undefined) issuers.push({ from: activate, issuer: successor });
        if (drain !== undefined) drains.set(outlook.from.id, drain);
      }
      replaced.add(outlook.from.id);
      if (times.at(-1)![1] >= runs.until) break;
      now = after(now, outlook, successor);
    }
  }
  return { steps: steps.sort((a, b) => a.at.getTime() - b.at.getTime()), issuers, drains, replaced };
}

/** Returns the runs that take the remaining steps, and the successor; undefined if there are no more runs. */
function predict(outlook: RotationOutlook, facts: OutlookFacts, runs: Runs) {
  const { from, rotation, step, due, drain, retire } = outlook;
  const soak = (rotation?.soak ?? facts.soak) * 1000;
  const first = runs.next(due);
  if (first === undefined) return undefined;
  const times: (readonly [RotationStep, Date])[] = [];
  const recorded = facts.authorities.find(({ id }) => id === rotation?.toId) as CertifiedAuthority | undefined;
  const successor = recorded ?? successorAt(from, facts, first);
  if (step === 'prepare') times.push(['prepare', first]);
  if (step === 'prepare' || step === 'publish') times.push(['publish', first]);
  const later = (wanted: Date, ...waits: readonly (Date | undefined)[]): Date =>
    runs.next(waits.reduce<Date>((a, b) => (b !== undefined && b > a ? b : a), wanted))!;
  const published = rotation?.publishedAt ?? first;
  const activated = rotation?.activatedAt ?? later(outlook.activate, new Date(published.getTime() + soak));
  if (rotation?.activatedAt === undefined) times.push(['activate', activated]);
  const drained = rotation?.drainingSince ?? later(drain, activated);
  if (rotation?.drainingSince === undefined) times.push(['drain', drained]);
  times.push(['retire', later(retire, new Date(drained.getTime() + soak))]);
  return { times, successor };
}

/** Returns the successor that a run at `at` would create, within the lifetime of the root. */
function successorAt(from: CertifiedAuthority, { authorities }: OutlookFacts, at: Date): CertifiedAuthority {
  const above = from.tier === 'issuing' ? newestActive(authorities, 'root') : undefined;
  const { notBefore, notAfter } = from.certificate;
  const end = at.getTime() + (+notAfter - Math.min(+notBefore, +from.createdAt));
  return {
    ...from,
    id: `${from.tier}-g${from.generation + 1}`,
    generation: from.generation + 1,
    createdAt: at,
    certificate: {
      ...from.certificate,
      notBefore: at,
      notAfter: new Date(Math.min(end, above?.certificate.notAfter.getTime() ?? Infinity)),
    },
  };
}

/** Returns the facts after a rotation: the successor alone is active, and nothing is in progress in the tier. */
function after(facts: OutlookFacts, { tier, from }: RotationOutlook, successor: CertifiedAuthority): OutlookFacts {
  const others = facts.authorities.filter(each => each.id !== from.id && each.id !== successor.id);
  const state: Authority['state'] = 'active';
  return {
    ...facts,
    authorities: [...others, { ...successor, state }],
    rotations: facts.rotations.filter(each => each.tier !== tier || each.endedAt !== undefined),
    leavesOf: () => ({ inUse: 0 }),
  };
}
