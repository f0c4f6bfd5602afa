// Decides when a renewal window is open: cron expressions or days in a time zone.
// Planning of renewals calls it. It reads no clock.
import { parseCronExpression, type CalendarDay, type CronExpression } from '../../time/cron-expression.ts';
import type { RenewalWindow } from '../../record/upkeep.ts';
import { parseTimeZone, type TimeZone } from '../../time/time-zone.ts';

/** A parsed renewal window. */
interface OpeningTimes {
  readonly cron: CronExpression;
  readonly zone: TimeZone;
  /** Milliseconds. */
  readonly duration: number;
}

const DAY = 86_400_000;
/** Days to search: there is no 29 February from 2097 to 2103. */
const FAR = 8 * 366;

/** Parses a renewal window. Throws ERR_CRON and ERR_TIME_ZONE. */
export function openingTimes({ cron, timezone, duration }: RenewalWindow): OpeningTimes {
  return { cron: parseCronExpression(cron), zone: parseTimeZone(timezone), duration: duration * 1000 };
}

/** Finds the next time at which the window is open; `now` if it is open. */
export function nextOpen(times: OpeningTimes, now: Date): Date {
  // a window that opened less than its duration ago is open
  const opening = firstOpening(times, now.getTime() - times.duration);
  return opening <= now.getTime() ? now : new Date(opening);
}

/** Finds the opening of the window that is open at `now`, else the next one. */
export const openingAt = (times: OpeningTimes, now: Date): Date =>
  new Date(firstOpening(times, now.getTime() - times.duration));

/** Finds the last opening before this one; undefined if there was none in the month before. */
export function openingBefore(times: OpeningTimes, opening: Date): Date | undefined {
  for (const days of [1, 2, 4, 8, 16, 32]) {
    let found: number | undefined;
    for (let next = opening.getTime() - days * DAY - 1; (next = firstOpening(times, next)) < opening.getTime();) {
      found = next;
    }
    if (found !== undefined) return new Date(found);
  }
  return undefined;
}

/** Finds the first opening after an instant; both in milliseconds. */
function firstOpening({ cron, zone }: OpeningTimes, after: number): number {
  const { year, month, day } = zone.dayOf(new Date(after));
  const today = Date.UTC(year, month - 1, day);
  // start on the day before: a time that the clock skips is later than written
  for (let offset = -1; offset <= FAR; offset++) {
    const date = new Date(today + offset * DAY);
    const each = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    if (!cron.matchesDay(each)) continue;
    const first = firstOfDay(cron, zone, each, after);
    if (first !== undefined) return first;
  }
  return Infinity;
}

function firstOfDay(
  { hours, minutes }: CronExpression,
  zone: TimeZone,
  day: CalendarDay,
  after: number,
): number | undefined {
  const clock = zone.clockOf(day);
  const openings = hours
    .flatMap(hour => minutes.flatMap(minute => clock(hour, minute)))
    .map(instant => instant.getTime())
    .filter(instant => instant > after);
  return openings.length === 0 ? undefined : Math.min(...openings);
}
