// Reads durations and thresholds (`90d`, `25%`) into whole seconds or a percentage, and writes them back as text it reads again.
// Flags, the policy and services files go through it. It is pure; durations for people are in `view/duration.ts`.
import { failure } from '../errors/error.ts';

/** A span of time in whole seconds. */
export type Seconds = number & { readonly [brand]: 'seconds' };

/** A part of a lifetime: a span of time, or a percentage of the lifetime. */
export type Threshold = { readonly span: Seconds } | { readonly percent: number };

declare const brand: unique symbol;

/** Units with their seconds, largest first, the order in which they are written. */
const UNITS = { y: 365 * 86_400, mo: 30 * 86_400, w: 7 * 86_400, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
type Unit = keyof typeof UNITS;
const UNIT_NAMES = Object.keys(UNITS) as readonly Unit[];

/** The longest duration, in seconds. */
export const LONGEST_DURATION = 100 * UNITS.y;
const EXAMPLES = 'write a duration like 90d, 36h, 1h15m, 2w, 6mo or 10y';
const THRESHOLDS = 'write a percentage like 66%, or a duration like 14d';

/** Reads `90d` or `1h15m`, from a second to 100 years. A year is 365 days, `mo` 30 days, `m` a minute. Throws ERR_DURATION. */
export const parseDuration = (text: string): Seconds => readDuration(text, EXAMPLES);

function readDuration(text: string, hint: string): Seconds {
  const bad = (reason: string) => failure('ERR_DURATION', { text, reason, hint });
  if (text.startsWith('-')) throw bad('it is negative');
  if (/^[0-9]+$/.test(text)) throw bad('it has no unit');
  if (!/^(?:[0-9]{1,12}(?:y|mo|w|d|h|m|s))+$/.test(text)) throw bad('it is not a sequence of whole numbers with units');
  let total = 0;
  let last = -1;
  for (const [, count, unit] of text.matchAll(/([0-9]+)([a-z]+)/g)) {
    const rank = UNIT_NAMES.indexOf(unit as Unit);
    if (rank <= last) throw bad('its units are not in order, largest first');
    last = rank;
    total += Number(count) * UNITS[unit as Unit];
  }
  if (total === 0) throw bad('it is zero');
  if (total > LONGEST_DURATION) throw bad('it is longer than 100 years');
  return total as Seconds;
}

/** Reads a duration, or a percentage from 1% to 99%. Throws ERR_THRESHOLD or ERR_DURATION. */
export function parseThreshold(text: string): Threshold {
  if (!text.includes('%')) return { span: readDuration(text, THRESHOLDS) };
  const percent = /^([0-9]{1,2})%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) === 0) {
    const reason = 'a percentage is a whole number from 1% to 99%';
    throw failure('ERR_THRESHOLD', { text, reason, hint: THRESHOLDS });
  }
  return { percent: Number(percent) };
}

/** Returns the seconds that a threshold is of `lifetime`, rounded down. */
export function thresholdOf(threshold: Threshold, lifetime: number): Seconds {
  return ('span' in threshold ? threshold.span : Math.floor((threshold.percent * lifetime) / 100)) as Seconds;
}

/** Returns the time from which on at most the threshold is left between two times, which are whole seconds apart. */
export function reachedAt(threshold: Threshold, from: Date, to: Date): Date {
  const lifetime = (to.getTime() - from.getTime()) / 1000;
  return new Date(to.getTime() - thresholdOf(threshold, lifetime) * 1000);
}

/** Writes the exact text that `parseDuration` reads back, in days, hours, minutes and seconds. */
export function durationText(seconds: number): string {
  let rest = seconds;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNITS[unit];
  }
  return text === '' ? '0s' : text;
}

export function thresholdText(threshold: Threshold): string {
  return 'span' in threshold ? durationText(threshold.span) : `${threshold.percent}%`;
}
