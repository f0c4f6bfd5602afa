import { describe, expect, test } from 'vitest';
import { parseInterval } from '../../src/time/interval.ts';
import { errorOf } from '../support/errors.ts';
import { describeWith, run } from '../support/programs.ts';

const CASES = [
  ['1m', '* * * * *', '*:*'],
  ['15m', '*/15 * * * *', '*:0/15'],
  ['1h', '17 * * * *', '*:17'],
  ['60m', '17 * * * *', '*:17'],
  ['6h', '17 */6 * * *', '0/6:17'],
  ['1d', '17 4 * * *', '*-*-* 4:17'],
] as const;

test.for(CASES)('every %s is %s for cron and %s for systemd', ([text, cron, calendar]) => {
  expect(parseInterval('--every', text)).toMatchObject({ cron, calendar });
});

describe('an interval with unequal gaps between runs is refused', () => {
  test.for(['7m', '90m', '5h', '36h', '2d', '30s', '61s'])('%s', text => {
    expect(errorOf(() => parseInterval('--every', text)).message).toBe(
      `--every "${text}" is not an interval that divides an hour or a day evenly, like 15m, 1h, 6h or 1d`,
    );
  });
});

describeWith(['systemd-analyze'], 'systemd reads the calendar events', () => {
  test.for(CASES)('every %s', async ([text]) => {
    const { calendar, seconds } = parseInterval('--every', text);
    const asked = await run(['systemd-analyze', 'calendar', '--iterations=3', calendar]);
    expect(asked.stderr).toBe('');
    const times = [...asked.stdout.matchAll(/(?:Next elapse|Iter\. #\d|\(in UTC\)): +(.*)/g)].map(([, time]) =>
      Date.parse(time!.replace(/^\w+ /, '')),
    );
    const gaps = times.slice(1).map((time, index) => (time - times[index]!) / 1000);
    expect(gaps.filter(gap => gap !== 0)).toEqual([seconds, seconds]);
  });
});
