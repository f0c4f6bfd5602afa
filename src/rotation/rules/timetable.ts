/**
 * Answers when each step of a rotation may, should and must be taken. The course of a rotation and the judgement of a successor ask here;
 * no gate is decided by it.
 */
import { LEAF_SHARE } from '../../policy/rules/decide-spec.ts';
import type { AuthorityCertificate } from '../../record/authority.ts';

export type RotationStep = 'prepare' | 'publish' | 'activate' | 'drain' | 'retire';

export interface TimetableFacts {
  /** Of the CA that is replaced. */
  readonly certificate: Pick<AuthorityCertificate, 'notBefore' | 'notAfter'>;
  /** The last moment at which the CA that replaces it can begin to issue all that is asked for; absent while it does not exist. */
  readonly lastStart?: Date | undefined;
  /** Seconds that the longest certificate it issues lives: of a leaf, or of an issuing CA below a root. */
  readonly longestChild: number;
  /** Seconds that the longest leaf lives. */
  readonly longestLeaf: number;
  /** The last notAfter of the leaves that are live under it; absent: there are none. */
  readonly latestLeafEnd?: Date | undefined;
  /** Seconds between publishing and activating, and between draining and retiring. */
  readonly soak: number;
  /** The leaves stay and are sent with another chain: a root above issuing CAs that both roots certify. */
  readonly rechained: boolean;
  /** Steps that were taken, and when. */
  readonly done: Partial<Readonly<Record<RotationStep, Date>>>;
}

interface TimetableEntry {
  readonly step: RotationStep;
  readonly doneAt?: Date;
  /** Before it a gate refuses the step. */
  readonly earliest: Date;
  /** When it should be taken; for a step that was taken, when it was. */
  readonly due: Date;
  /** The last moment at which it breaks nothing; absent: waiting breaks nothing. */
  readonly latest?: Date;
}

export type RotationTimetable = Readonly<Record<RotationStep, TimetableEntry>>;

const DAY = 86_400;

/**
 * When each step may, should and must be taken. Due is a fixed time before the CA's end (30 days, at most half of its life, for
 * preparing; 7 days, at most a sixth, for activating), and never after the last safe moment: from its end less the longest
 * certificate it issues, the old CA cannot give one its whole lifetime.
 */
export function rotationTimetable(facts: TimetableFacts, now: Date): RotationTimetable {
  const { certificate, lastStart, longestChild, soak, done } = facts;
  const end = certificate.notAfter;
  const lastActivate = soonest(before(end, longestChild), lastStart);
  const lastPublish = before(lastActivate, soak);
  const dueActivate = soonest(activationDue(certificate, longestChild), lastStart);
  const duePrepare = sooner(before(end, Math.min(lifeOf(certificate) / 2, 30 * DAY)), before(dueActivate, soak));
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
    // what is not renewed by then ends with its issuer; files need the soak to be noticed
    drain: entry('drain', earliestDrain, dueActivate, before(end, soak)),
    retire: entry(
      'retire',
      later(now, retirement(earliestActivate, earliestDrain, facts)),
      retirement(
        later(earliestActivate, done.activate ?? dueActivate),
        later(earliestDrain, done.drain ?? dueActivate),
        facts,
      ),
    ),
  };
}

/**
 * Answers when the successor of a CA should sign: 7 days before the end of that CA (at most its share of a leaf's life), and in time for
 * the longest certificate that it issues, in seconds, to live as long as it should.
 */
export function activationDue(certificate: TimetableFacts['certificate'], longestChild: number): Date {
  const end = certificate.notAfter;
  return sooner(before(end, Math.min(lifeOf(certificate) / LEAF_SHARE, 7 * DAY)), before(end, longestChild));
}

/** Seconds. */
const lifeOf = ({ notBefore, notAfter }: TimetableFacts['certificate']): number =>
  (notAfter.getTime() - notBefore.getTime()) / 1000;

/** When nobody sends the old chain any more, and no leaf of the old CA has not expired. */
function retirement(
  activate: Date,
  drain: Date,
  { certificate, longestLeaf, latestLeafEnd, rechained, soak }: TimetableFacts,
): Date {
  const reloaded = before(drain, -soak);
  if (rechained) return reloaded;
  // whoever renewed just before the activation; no leaf outlives its issuer, and notAfter is inclusive
  const lastEnd = later(sooner(before(activate, -longestLeaf), certificate.notAfter), latestLeafEnd);
  return later(reloaded, before(lastEnd, -1));
}

const before = (date: Date, seconds: number): Date => new Date(date.getTime() - Math.floor(seconds) * 1000);

const sooner = (a: Date, b: Date): Date => (a < b ? a : b);

const soonest = (a: Date, b: Date | undefined): Date => (b === undefined ? a : sooner(a, b));

const later = (a: Date, b: Date | undefined): Date => (b === undefined || a > b ? a : b);
