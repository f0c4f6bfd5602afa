// Converts between instants and the wall clock of an IANA time zone, hours that a clock skips or repeats included.
// Renewal windows use it. It reads neither the clock nor the time zone of the machine.
import { failure } from '../errors/error.ts';
import type { CalendarDay } from './cron-expression.ts';

/** Local time in a time zone. Only `parseTimeZone` makes it. */
export interface TimeZone {
  readonly dayOf: (instant: Date) => CalendarDay;
  /**
   * Returns the instants at which the clock shows a time on that day. A time that occurs twice, when the clock is set back, has two.
   * A time that does not occur, when the clock is set forward, is later by the hour that was skipped.
   */
  readonly clockOf: (day: CalendarDay) => (hour: number, minute: number) => readonly Date[];
}

const DAY = 86_400_000;

/** Reads an IANA name (`Europe/Berlin`, `UTC`). Throws ERR_TIME_ZONE. */
export function parseTimeZone(text: string): TimeZone {
  const format = formatOf(text);
  const shown = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const field = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name)!;
    return Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'), field('second'));
  };
  const offsetAt = (instant: number): number => shown(instant) - instant;
  return {
    dayOf: instant => {
      const local = new Date(shown(Math.floor(instant.getTime() / 1000) * 1000));
      return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
    },
    clockOf: ({ year, month, day }) => {
      const midnight = Date.UTC(year, month - 1, day);
      const [before, after] = [offsetAt(midnight - DAY), offsetAt(midnight + 2 * DAY)];
      return (hour, minute) => {
        const local = midnight + (hour * 60 + minute) * 60_000;
        if (before === after) return [new Date(local - before)];
        const found = [local - before, local - after].filter(instant => shown(instant) === local);
        return (found.length === 0 ? [local - before] : found).map(instant => new Date(instant));
      };
    },
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const number = '2-digit';
  try {
    // newer engines also accept offsets, which have no summer time
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError();
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      ...{ year: 'numeric', month: number, day: number, hour: number, minute: number, second: number },
    });
  } catch {
    throw failure('ERR_TIME_ZONE', {
      text: timeZone,
      reason: 'there is no time zone with that name',
      hint: 'write a time zone like Europe/Berlin, America/New_York or UTC',
    });
  }
}
