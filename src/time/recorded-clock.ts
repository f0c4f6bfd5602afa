// Judges the clock of a run by recorded times of earlier runs: is it behind, or did it jump ahead?
// `store/clock.ts` asks before a run that changes something, `check` reports the answer, and CRLs are dated by `ClockSpan`.
// It reads no clock.

/** Times that earlier runs recorded; `record/clock.ts` describes each. */
interface Recorded {
  readonly newest: Date;
  readonly lastRun?: Date;
  readonly usualGap?: number;
  readonly jump?: { readonly from: Date; readonly to: Date };
}

/** The times between which the right time is. Both are `now` unless the clock is in doubt. */
export interface ClockSpan {
  readonly from: Date;
  readonly to: Date;
}

export interface ClockVerdict {
  /** The newest recorded time; present if the clock is behind it. */
  readonly behind?: Date;
  /** A jump ahead that was not accepted; never together with `behind`. */
  readonly jump?: { readonly from: Date; readonly to: Date };
  readonly span: ClockSpan;
}

/** Seconds that a clock may be behind: two machines, or a correction. */
const TOLERANCE = 5 * 60;
/** Seconds after which a jump that was not taken back counts as accepted. */
const DOUBT = 7 * 86_400;
/** Seconds added to twice the usual gap between two runs: an outage of a weekend is not a jump. */
const SLACK = 2 * 86_400;
/** Longest usual gap in seconds: after one long outage, the next jump is still seen. */
const LONGEST_GAP = 30 * 86_400;
/** Seconds within which a further run is not recorded. */
const RUN_STEP = 3600;

/** Returns the time at which a jump counts as accepted. */
export const jumpAcceptedAt = ({ to }: { readonly to: Date }): Date => new Date(to.getTime() + DOUBT * 1000);

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;

/** Judges the clock. Without a record every clock is right; without regular runs no jump is seen. */
export function judgeClock(recorded: Recorded | undefined, now: Date): ClockVerdict {
  if (recorded === undefined) return { span: { from: now, to: now } };
  const { newest } = recorded;
  if (secondsBetween(now, newest) > TOLERANCE) return { behind: newest, span: { from: now, to: newest } };
  const jump = jumpOf(recorded, now);
  if (jump === undefined) return { span: { from: now, to: now } };
  // since the jump, the right time has advanced as much as the clock
  const from = new Date(jump.from.getTime() + Math.max(0, now.getTime() - jump.to.getTime()));
  return { jump, span: { from, to: now } };
}

function jumpOf({ newest, lastRun, usualGap, jump }: Recorded, now: Date): ClockVerdict['jump'] {
  if (jump !== undefined && secondsBetween(jump.to, now) < DOUBT) return jump;
  if (lastRun === undefined || usualGap === undefined) return undefined;
  return secondsBetween(newest, now) > 2 * usualGap + SLACK ? { from: newest, to: now } : undefined;
}

/** Records a run of `tick` at `now`; undefined if the record need not change. */
export function runRecorded(recorded: Recorded | undefined, now: Date): Recorded | undefined {
  const last = recorded?.lastRun;
  if (recorded === undefined || last === undefined)
    return { ...recorded, newest: later(recorded?.newest, now), lastRun: now };
  const gap = secondsBetween(last, now);
  // after a clock was accepted, the last run may be in the future
  if (gap < 0) return { ...recorded, newest: later(recorded.newest, now), lastRun: now };
  if (gap < RUN_STEP) return undefined;
  return { ...recorded, newest: later(recorded.newest, now), lastRun: now, usualGap: Math.min(gap, LONGEST_GAP) };
}

const later = (a: Date | undefined, b: Date): Date => (a === undefined || a < b ? b : a);
