/**
 * Computes the times at which each step of a rotation may, should and must be taken. The course of a rotation and the gaps of a successor
 * use it; it decides no gate.
 */
import { LEAF_SHARE } from '../../policy/rules/decide-spec.ts';
import type { AuthorityCertificate } from '../../record/authority.ts';

export type RotationStep = 'prepare' | 'publish' | 'activate' | 'drain' | 'retire';

export interface TimetableFacts {
  /** The certificate of the CA that is replaced. */
  readonly certificate: Pick<AuthorityCertificate, 'notBefore' | 'notAfter'>;
  /** The last time at which the successor can begin to issue everything that is required; absent before it exists. */
  readonly lastStart?: Date | undefined;
  /** The longest lifetime in seconds of a certificate that it issues: a leaf, or an issuing CA below a root. */
  readonly longestChild: number;
  /** The longest lifetime of a leaf in seconds. */
  readonly longestLeaf: number;
  /** The latest notAfter of its valid leaves; absent: there are none. */
  readonly latestLeafEnd?: Date | undefined;
  /** Seconds between publishing and activating, and between draining and retiring. */
  readonly soak: number;
  /** True if the leaves stay and get another chain: both roots certify the issuing CAs. */
  readonly rechained: boolean;
  /** True if the CA issues leaves. They move to the successor at their own renewal, so a drain need not renew them at once. */
  readonly issuesLeaves?: boolean;
  /** For a root: the time from which the next CA below needs a longer-lived root. */
  readonly neededFrom?: Date | undefined;
  /** The times of the steps that were taken. */
  readonly done: Partial<Readonly<Record<RotationStep, Date>>>;
}

interface TimetableEntry {
  readonly step: RotationStep;
  readonly doneAt?: Date;
  /** The time before which a gate blocks the step. */
  readonly earliest: Date;
  /** The time at which it should be taken, or was taken. */
  readonly due: Date;
  /** The last safe time; absent: it can wait. */
  readonly latest?: Date;
}

export type RotationTimetable = Readonly<Record<RotationStep, TimetableEntry>>;

const DAY = 86_400;
/** Time for outages, in seconds. */
export const SLACK = 14 * DAY;

/**
 * Returns the timetable of a rotation. Activate is due `SLACK` before the last safe time: after that the old CA cannot issue its longest
 * certificate in full. Prepare is due a soak earlier, and at least 30 days before the CA expires (at most half of its lifetime).
 */
export function rotationTimetable(facts: TimetableFacts, now: Date): RotationTimetable {
  const { certificate, lastStart, longestChild, soak, done, neededFrom } = facts;
  const end = certificate.notAfter;
  const needed = neededFrom && before(neededFrom, -(soak + SLACK));
  const lastActivate = soonest(later(before(end, longestChild), needed), lastStart);
  const lastPublish = before(lastActivate, soak);
  const inTime = before(end, longestChild + slackOf(certificate));
  const dueActivate = soonest(
    later(sooner(activationDue(certificate, longestChild), inTime), neededFrom && before(neededFrom, -soak)),
    lastStart,
  );
  const halfLife = before(end, Math.min(lifeOf(certificate) / 2, 30 * DAY));
  const duePrepare = sooner(later(halfLife, neededFrom), before(dueActivate, soak));
  const earliestPublish = done.publish ?? later(now, done.prepare);
  const earliestActivate = done.activate ?? later(now, before(earliestPublish, -soak));
  const earliestDrain = done.drain ?? later(now, earliestActivate);
  const entry = (step: RotationStep, earliest: Date, due: Date, latest?: Date): TimetableEntry => {
    const doneAt = done[step];
    if (doneAt !== undefined) return { step, doneAt, earliest: doneAt, due: doneAt };
    return { step, earliest, due: later(earliest, due), ...(latest && { latest }) };
  };
  return {
    prepare: entry('prepare', now, duePrepare, lastPublish),
    publish: entry('publish', earliestPublish, duePrepare, lastPublish),
    activate: entry('activate', earliestActivate, dueActivate, lastActivate),
    // leaves that are not renewed by then expire with their CA; services need the soak to load files
    drain: entry('drain', earliestDrain, drainDue(done.activate ?? dueActivate, facts), before(end, soak)),
    retire: entry(
      'retire',
      later(now, retirement(earliestActivate, earliestDrain, facts, now)),
      retirement(
        later(earliestActivate, done.activate ?? dueActivate),
        later(earliestDrain, done.drain ?? drainDue(done.activate ?? dueActivate, facts)),
        facts,
        now,
      ),
    ),
  };
}

/**
 * Returns the time at which the successor of a CA is due to be active, without slack. That is 7 days before the CA expires, at most a sixth
 * of its lifetime. It is earlier if its longest certificate, in seconds, needs more time.
 */
export function activationDue(certificate: TimetableFacts['certificate'], longestChild: number): Date {
  const end = certificate.notAfter;
  return sooner(before(end, Math.min(lifeOf(certificate) / LEAF_SHARE, 7 * DAY)), before(end, longestChild));
}

/** Returns the seconds that a step may be late without harm: 14 days, at most a twelfth of the lifetime. */
const slackOf = (certificate: TimetableFacts['certificate']): number =>
  Math.min(SLACK, lifeOf(certificate) / (2 * LEAF_SHARE));

/** Returns the time by which every leaf that the old CA issued before `activate` has been renewed or has expired. */
function drainDue(activate: Date, { certificate, longestLeaf, soak, issuesLeaves = false }: TimetableFacts): Date {
  if (!issuesLeaves) return activate;
  return later(
    activate,
    sooner(before(activate, -longestLeaf), before(certificate.notAfter, soak + slackOf(certificate) / 2)),
  );
}

/** Returns the lifetime in seconds. */
const lifeOf = ({ notBefore, notAfter }: TimetableFacts['certificate']): number =>
  (notAfter.getTime() - notBefore.getTime()) / 1000;

/** Returns the time when the old chain is no longer sent and every leaf of the old CA has expired. */
function retirement(
  activate: Date,
  drain: Date,
  { certificate, longestLeaf, latestLeafEnd, rechained, soak, done }: TimetableFacts,
  now: Date,
): Date {
  const reloaded = before(drain, -soak);
  if (rechained) return reloaded;
  // the old CA issues no further leaf, and a revocation may have ended its last one
  if (done.activate !== undefined && done.activate < now) {
    return latestLeafEnd === undefined ? reloaded : later(reloaded, before(latestLeafEnd, -1));
  }
  // the leaf issued just before the activation; no leaf outlives its CA, and notAfter is inclusive
  const lastEnd = later(sooner(before(activate, -longestLeaf), certificate.notAfter), latestLeafEnd);
  return later(reloaded, before(lastEnd, -1));
}

const before = (date: Date, seconds: number): Date => new Date(date.getTime() - Math.floor(seconds) * 1000);

const sooner = (a: Date, b: Date): Date => (a < b ? a : b);

const soonest = (a: Date, b: Date | undefined): Date => (b === undefined ? a : sooner(a, b));

const later = (a: Date, b: Date | undefined): Date => (b === undefined || a > b ? a : b);
