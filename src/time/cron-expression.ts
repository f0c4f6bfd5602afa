// Reads the five fields of a POSIX crontab line into minutes, hours and a test for days.
// Renewal windows use it. It knows no time zone and computes no next run: `service/rules/renewal-window.ts` does.
import { failure } from '../errors/error.ts';

/** A schedule by local time (POSIX crontab). Only `parseCronExpression` makes it. */
export interface CronExpression {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly matchesDay: (day: CalendarDay) => boolean;
}

/** A date; months count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names for `from` and the numbers after it. */
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  {
    name: 'month',
    from: 1,
    to: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // 7 is Sunday too, as in every cron
  { name: 'day of the week', from: 0, to: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Reads minute, hour, day of the month, month and day of the week: `0 3 * * mon-fri`. Each is `*`, numbers, names, ranges, lists or
 * steps. If both days are given, a match of one is enough (POSIX crontab). Throws ERR_CRON.
 */
export function parseCronExpression(text: string): CronExpression {
  const bad = (reason: string) =>
    failure('ERR_CRON', {
      text,
      reason,
      hint: 'write minute, hour, day, month and weekday, as in crontab(5): 0 3 * * mon-fri',
    });
  const words = text.trim().split(/[ \t]+/);
  if (words.length !== FIELDS.length) throw bad(`it has ${words.length} fields instead of 5`);
  const values = FIELDS.map((field, index) => {
    const found = new Set<number>();
    for (const element of words[index]!.toLowerCase().split(',')) {
      const range = elementOf(element, field);
      if (range === undefined) {
        throw bad(`its ${field.name} ${JSON.stringify(words[index])} is not made of ${field.from} to ${field.to}`);
      }
      for (const value of range) found.add(value);
    }
    return found;
  });
  const [minutes, hours, days, months, weekdays] = values as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  const [anyDay, anyWeekday] = [words[2]!.startsWith('*'), words[4]!.startsWith('*')];
  const exists = [...months].some(month => Math.min(...days) <= LONGEST_MONTH[month - 1]!);
  if (!exists && anyWeekday) throw bad('no year has such a day');
  const sorted = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);
  return {
    minutes: sorted(minutes),
    hours: sorted(hours),
    matchesDay: ({ year, month, day }) => {
      if (!months.has(month)) return false;
      const [byDay, byWeekday] = [days.has(day), weekdays.has(new Date(Date.UTC(year, month - 1, day)).getUTCDay())];
      return anyDay || anyWeekday ? byDay && byWeekday : byDay || byWeekday;
    },
  };
}

/** Reads `*`, `*\/15`, `3`, `1-5`, `8-18/2` or `mon-fri`. */
function elementOf(text: string, { from, to, names = [] }: Field): readonly number[] | undefined {
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/([0-9]{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, star, first, second, step = '1'] = match;
  const value = (word: string): number => {
    const named = names.indexOf(word);
    return named >= 0 ? from + named : /^[0-9]{1,2}$/.test(word) ? Number(word) : NaN;
  };
  const low = star === undefined ? value(first!) : from;
  // a step without a range has no meaning in POSIX, and programs differ on it
  if (star === undefined && second === undefined && match[4] !== undefined) return undefined;
  const high = star === undefined ? value(second ?? first!) : to;
  if (!(low >= from && low <= high && high <= to) || Number(step) === 0) return undefined;
  const values: number[] = [];
  for (let each = low; each <= high; each += Number(step)) values.push(each);
  return values;
}
