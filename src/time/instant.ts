import { failure } from '../errors/error.ts';
import { parseDuration } from './duration.ts';

const HINT = 'write a time like 2026-11-21T23:00:00Z, 2026-11-21, +30d or -2h';

// RFC 3339 §5.6, without fractions; a date alone is its midnight, UTC
const RFC_3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:Z|([+-])([0-9]{2}):([0-9]{2})))?$/;

/** Reads RFC 3339 to the second, a date, or a span from `now` (`+30d`, `-2h`). Throws ERR_INSTANT. */
export function parseInstant(text: string, now: Date): Date {
  const relative = /^([+-])([0-9].*)$/.exec(text);
  const instant = relative === null ? absolute(text) : shifted(now, relative[1]!, relative[2]!);
  // the range of a certificate's GeneralizedTime (RFC 5280 §4.1.2.5.2)
  const year = instant.getUTCFullYear();
  if (year < 1 || year > 9999) throw bad(text, 'it is not in the years 1 to 9999');
  return instant;
}

const bad = (text: string, reason: string) => failure('ERR_INSTANT', { text, reason, hint: HINT });

function shifted(now: Date, sign: string, span: string): Date {
  const seconds = parseDuration(span);
  return new Date(Math.floor(now.getTime() / 1000) * 1000 + (sign === '-' ? -1000 : 1000) * seconds);
}

function absolute(text: string): Date {
  const match = RFC_3339.exec(text);
  if (match === null) throw bad(text, explain(text));
  const field = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [field(1), field(2), field(3), field(4), field(5), field(6)];
  const [offsetHour, offsetMinute] = [field(8), field(9)];
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  // Date turns 31 April into 1 May, so the day differs
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) throw bad(text, 'there is no such day');
  if (second === 60) throw bad(text, 'leap seconds are not supported');
  if (hour > 23 || minute > 59 || second > 59) throw bad(text, 'there is no such time of day');
  if (offsetHour > 23 || offsetMinute > 59) throw bad(text, 'there is no such offset from UTC');
  local.setUTCHours(hour, minute, second);
  const offset = (offsetHour * 60 + offsetMinute) * 60_000;
  return new Date(local.getTime() - (match[7] === '-' ? -offset : offset));
}

function explain(text: string): string {
  if (/T[0-9:]+\.[0-9]/.test(text)) return 'certificates have whole seconds only';
  if (/^[0-9-]{10}[ t]/.test(text)) return 'date and time are joined by "T"';
  if (/T[0-9:]{8}$/.test(text)) return 'it has no zone: end it with Z';
  return 'it is neither RFC 3339 nor a span from now';
}
