import { failure } from '../errors/error.ts';
import { parseDuration, type Seconds } from './duration.ts';

/** An interval between runs, in the forms of schedulers. */
export interface Interval {
  readonly seconds: Seconds;
  /** Five fields (POSIX crontab). */
  readonly cron: string;
  /** Calendar event (systemd.time(7)). */
  readonly calendar: string;
}

/** Minute of the runs: not 0, when most jobs run. */
const MINUTE = 17;
const HOUR = 4;

/** Reads `15m`, `6h` or `1d`. It must divide an hour or a day evenly, so the runs are equally far apart. Throws ERR_FLAG_VALUE. */
export function parseInterval(flag: string, text: string): Interval {
  const seconds = parseDuration(text);
  const [minutes, hours] = [seconds / 60, seconds / 3600];
  if (divides(minutes, 60) && minutes < 60) {
    const step = minutes === 1 ? '*' : `*/${minutes}`;
    return { seconds, cron: `${step} * * * *`, calendar: minutes === 1 ? '*:*' : `*:0/${minutes}` };
  }
  if (divides(hours, 24) && hours < 24) {
    const step = hours === 1 ? '*' : `*/${hours}`;
    return { seconds, cron: `${MINUTE} ${step} * * *`, calendar: `${hours === 1 ? '*' : `0/${hours}`}:${MINUTE}` };
  }
  if (hours === 24) return { seconds, cron: `${MINUTE} ${HOUR} * * *`, calendar: `*-*-* ${HOUR}:${MINUTE}` };
  const expected = 'an interval that divides an hour or a day evenly, like 15m, 1h, 6h or 1d';
  throw failure('ERR_FLAG_VALUE', { flag, value: text, expected });
}

const divides = (part: number, whole: number): boolean => Number.isInteger(part) && whole % part === 0;
