/**
 * Decides which step of the rotation of a tier comes next, when it is due, and who takes it. `tick`, `check`, `forecast` and the status
 * call it with the records of the manifest. It reads no file and judges no gate.
 */
import { isCertified, leafTier, newestActive, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { RotationMode } from '../../policy/rules/rotation-mode.ts';
import type { Authority } from '../../record/authority.ts';
import type { Rotation } from '../../record/rotation.ts';
import { awaitedRotation, currentAuthority, recordedPhase, runningRotation } from './state.ts';
import { rotationTimetable, SLACK, type RotationStep, type TimetableFacts } from './timetable.ts';

/** The records and settings that an outlook follows from. */
export interface OutlookFacts {
  readonly rotations: readonly Rotation[];
  readonly authorities: readonly Authority[];
  readonly modes: Readonly<Record<Rotation['tier'], RotationMode>>;
  /** Seconds, from the policy. */
  readonly soak: number;
  /** The lifetimes of services, each with one of them. */
  readonly lifetimes: readonly { readonly ttl: number; readonly services: number; readonly name: string }[];
  /** Longest lifetime in seconds of a leaf that the policy or a service requires. */
  readonly longestLeaf: number;
  /** The leaves of a CA that have not expired: the last notAfter, and the number that services still use. */
  leavesOf(ca: string): { readonly inUse: number; readonly lastNotAfter?: Date };
}

export interface RotationOutlook {
  readonly tier: Rotation['tier'];
  readonly mode: RotationMode;
  /** The CA that is replaced, or will be. */
  readonly from: CertifiedAuthority;
  /** The rotation in progress. */
  readonly rotation?: Rotation;
  /** Id of a pending successor, which waits for the certificate of an external CA. */
  readonly awaited?: string;
  /** The next step. */
  readonly step: RotationStep;
  /** Time from which `tick` takes it as soon as its gates are open. */
  readonly due: Date;
  /** Time by which it is taken if nothing stops it: `due`, or later where certificates move first. */
  readonly expected: Date;
  /** Last time at which it is safe: later, renewals are refused or certificates expire with their CA. Absent: it can wait. */
  readonly latest?: Date;
  /** Planned time of the activation, or the time at which it was taken. */
  readonly activate: Date;
  /** Planned time of the drain, or the time at which it was taken. */
  readonly drain: Date;
  /** Planned time of the retirement. */
  readonly retire: Date;
}

/** The side that takes the next step of a tier, and the time from which it is due. */
export interface RotationSchedule {
  readonly mode: RotationMode;
  /** Absent: there is no CA to replace. */
  readonly due?: Date;
  /** Ids of retired CAs whose key is still in the home. */
  readonly unneededKeys: readonly string[];
}

/** Before every record, so a timetable shows the times that do not depend on today. */
const LONG_AGO = new Date(0);

/** Returns the outlook of a tier; undefined if no CA of it can be replaced. */
export function rotationOutlook(tier: Rotation['tier'], facts: OutlookFacts): RotationOutlook | undefined {
  const rotation = runningRotation({ rotations: facts.rotations, authorities: facts.authorities, tier });
  const from = rotation
    ? facts.authorities.filter(isCertified).find(({ id }) => id === rotation.fromId)
    : currentAuthority({ authorities: facts.authorities, tier });
  if (from === undefined) return undefined;
  const mode = facts.modes[tier];
  const timetable = rotationTimetable(timetableFacts(from, rotation, facts), LONG_AGO);
  const step = rotation === undefined ? 'prepare' : STEP_OF[recordedPhase(rotation)[0]];
  const { due, latest } = timetable[step];
  const awaited = awaitedRotation({ ...facts, tier });
  return {
    tier,
    mode,
    from,
    ...(rotation && { rotation }),
    ...(awaited && { awaited: awaited.to.id }),
    step,
    ...dueOf(step, due, rotation, from, facts),
    ...(latest && { latest }),
    activate: timetable.activate.due,
    drain: timetable.drain.due,
    retire: timetable.retire.due,
  };
}

const STEP_OF = { prepared: 'publish', published: 'activate', activated: 'drain', draining: 'retire' } as const;

function dueOf(
  step: RotationStep,
  planned: Date,
  rotation: Rotation | undefined,
  { id, state }: CertifiedAuthority,
  facts: OutlookFacts,
): Pick<RotationOutlook, 'due' | 'expected'> {
  if (rotation === undefined) return { due: planned, expected: planned };
  const [, since] = recordedPhase(rotation);
  // a prepared CA is published at once: verifiers then have longer to load it
  if (step === 'publish' || state === 'tainted') return { due: since, expected: since };
  const expected = planned > since ? planned : since;
  // every service has a certificate of the successor
  return { expected, due: step === 'drain' && facts.leavesOf(id).inUse === 0 ? since : expected };
}

function timetableFacts(from: CertifiedAuthority, rotation: Rotation | undefined, facts: OutlookFacts): TimetableFacts {
  const { authorities, longestLeaf, soak } = facts;
  const issuesLeaves = from.tier === leafTier(authorities);
  const issuing = authorities.filter(isCertified).filter(each => each.tier === 'issuing' && each.state !== 'retired');
  const lives = issuing.map(({ certificate: { notBefore, notAfter } }) => (+notAfter - +notBefore) / 1000);
  const latestLeafEnd = issuesLeaves ? facts.leavesOf(from.id).lastNotAfter : undefined;
  return {
    certificate: from.certificate,
    longestChild: issuesLeaves ? longestLeaf : Math.max(0, ...lives),
    longestLeaf,
    latestLeafEnd,
    soak: rotation?.soak ?? soak,
    rechained: !issuesLeaves && rotation?.crossSigning !== 'none',
    issuesLeaves,
    neededFrom: issuesLeaves ? undefined : rootNeededFrom(facts),
    done: {
      ...(rotation && { prepare: rotation.preparedAt }),
      ...(rotation?.publishedAt && { publish: rotation.publishedAt }),
      ...(rotation?.activatedAt && { activate: rotation.activatedAt }),
      ...(rotation?.drainingSince && { drain: rotation.drainingSince }),
    },
  };
}

/** Returns the time from which a root is due because the next issuing CA needs it. Undefined without an issuing CA. */
export function rootNeededFrom(facts: Pick<OutlookFacts, 'authorities' | 'longestLeaf' | 'soak'>): Date | undefined {
  const issuing = newestActive(facts.authorities, 'issuing');
  if (issuing === undefined) return undefined;
  const { longestLeaf, soak } = facts;
  const leaf = { certificate: issuing.certificate, longestChild: longestLeaf, longestLeaf, soak, issuesLeaves: true };
  const { prepare } = rotationTimetable({ ...leaf, rechained: false, done: {} }, LONG_AGO);
  return new Date(prepare.due.getTime() - (SLACK + soak) * 1000);
}
