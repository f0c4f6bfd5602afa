import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCronExpression } from '../../../src/time/cron-expression.ts';
import { nextOpen, openingTimes } from '../../../src/service/rules/renewal-window.ts';
import { parseTimeZone } from '../../../src/time/time-zone.ts';
import { errorOf } from '../../support/errors.ts';
import { at } from '../../support/pki/rows.ts';

const HOUR = 3600;
const open = (cron: string, timezone: string, duration: number, now: string): string =>
  nextOpen(openingTimes({ cron, timezone, duration }), at(now)).toISOString().replace('.000', '');

describe('a window', () => {
  const nights = (now: string) => open('0 2 * * mon-fri', 'Europe/Berlin', 3 * HOUR, now);

  test('a window is open from its opening (inclusive) to its end (exclusive)', () => {
    expect(nights('2026-11-24T00:59:59Z')).toBe('2026-11-24T01:00:00Z');
    expect(nights('2026-11-24T01:00:00Z')).toBe('2026-11-24T01:00:00Z');
    expect(nights('2026-11-24T03:59:59Z')).toBe('2026-11-24T03:59:59Z');
    expect(nights('2026-11-24T04:00:00Z')).toBe('2026-11-25T01:00:00Z');
  });

  test('a window of weekdays opens again after the weekend', () => {
    expect(nights('2026-11-27T04:00:00Z')).toBe('2026-11-30T01:00:00Z');
  });

  test('a window may be longer than the time to its next opening', () => {
    expect(open('0 0 * * *', 'UTC', 48 * HOUR, '2026-11-24T13:14:15Z')).toBe('2026-11-24T13:14:15Z');
    expect(open('0 0 * * sun', 'UTC', 36 * HOUR, '2026-11-23T11:59:59Z')).toBe('2026-11-23T11:59:59Z');
    expect(open('0 0 * * sun', 'UTC', 36 * HOUR, '2026-11-23T12:00:00Z')).toBe('2026-11-29T00:00:00Z');
  });

  test('a window on 29 February opens in leap years only, also across 2100', () => {
    expect(open('0 0 29 2 *', 'UTC', HOUR, '2026-11-24')).toBe('2028-02-29T00:00:00Z');
    expect(open('0 0 29 2 *', 'UTC', HOUR, '2097-01-01')).toBe('2104-02-29T00:00:00Z');
  });

  test('an invalid cron expression or time zone is refused', () => {
    expect(errorOf(() => openingTimes({ cron: '0 2', timezone: 'UTC', duration: HOUR })).code).toBe('ERR_CRON');
    for (const timezone of ['Europe/Atlantis', '', '+01:00', 'Europe/Berlin ']) {
      expect(errorOf(() => openingTimes({ cron: '0 2 * * *', timezone, duration: HOUR })).code).toBe('ERR_TIME_ZONE');
    }
  });
});

describe('when the clocks go forward', () => {
  // Berlin, 29 March 2026: 02:00 CET is 03:00 CEST
  test('openings keep their local time when the clocks go forward', () => {
    expect(open('0 6 * * *', 'Europe/Berlin', HOUR, '2026-03-28T12:00:00Z')).toBe('2026-03-29T04:00:00Z');
    expect(open('0 6 * * *', 'Europe/Berlin', HOUR, '2026-03-27T12:00:00Z')).toBe('2026-03-28T05:00:00Z');
  });

  test('an opening that the clocks skip is later by the skipped time', () => {
    expect(open('30 2 * * *', 'Europe/Berlin', HOUR, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00Z');
    expect(open('30 2 * * *', 'Europe/Berlin', HOUR, '2026-03-29T02:30:00Z')).toBe('2026-03-30T00:30:00Z');
  });

  test('openings in New York keep their local time', () => {
    expect(open('30 2 8 3 *', 'America/New_York', HOUR, '2026-03-01T12:00:00Z')).toBe('2026-03-08T07:30:00Z');
  });
});

describe('when the clocks go back', () => {
  // Berlin, 25 October 2026: 03:00 CEST is 02:00 CET
  test('a local time that occurs twice opens the window twice', () => {
    expect(open('30 2 * * *', 'Europe/Berlin', 600, '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00Z');
    expect(open('30 2 * * *', 'Europe/Berlin', 600, '2026-10-25T00:40:00Z')).toBe('2026-10-25T01:30:00Z');
    expect(open('30 2 * * *', 'Europe/Berlin', 600, '2026-10-25T01:40:00Z')).toBe('2026-10-26T01:30:00Z');
  });

  test('a window of two hours that opens twice in a row is open for three hours', () => {
    const twoToFour = (now: string) => open('0 2 * * *', 'Europe/Berlin', 2 * HOUR, now);
    expect(twoToFour('2026-10-24T23:59:59Z')).toBe('2026-10-25T00:00:00Z');
    expect(twoToFour('2026-10-25T02:59:59Z')).toBe('2026-10-25T02:59:59Z');
    expect(twoToFour('2026-10-25T03:00:00Z')).toBe('2026-10-26T01:00:00Z');
  });

  test('a change of half an hour opens the window twice', () => {
    // Lord Howe, 5 April 2026: 02:00 +11:00 is 01:30 +10:30
    expect(open('45 1 * * *', 'Australia/Lord_Howe', 60, '2026-04-04T12:00:00Z')).toBe('2026-04-04T14:45:00Z');
    expect(open('45 1 * * *', 'Australia/Lord_Howe', 60, '2026-04-04T14:46:00Z')).toBe('2026-04-04T15:15:00Z');
  });
});

describe('any time', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
  const crons = ['0 2 * * *', '30 2 * * mon', '*/20 1-3 * * *', '15 0,12 1,15 * *', '0 3 29 * fri'];
  const instants = fc.integer({ min: at('2020-01-01').getTime() / 60_000, max: at('2030-01-01').getTime() / 60_000 });

  test('the next opening is open, and no minute before it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...crons),
        instants,
        fc.integer({ min: 1, max: 300 }),
        (timezone, cron, minute, minutes) => {
          const times = openingTimes({ cron, timezone, duration: minutes * 60 });
          const now = new Date(minute * 60_000);
          const opening = nextOpen(times, now);
          expect(opening >= now).toBe(true);
          expect(nextOpen(times, opening)).toEqual(opening);
          const between = now.getTime() + (opening.getTime() - now.getTime()) / 2;
          if (opening > now) expect(nextOpen(times, new Date(between))).toEqual(opening);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('an opening has the local time that Intl shows', () => {
    fc.assert(
      fc.property(fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'), instants, (timezone, minute) => {
        // noon is never skipped
        const times = openingTimes({ cron: '5 12 * * tue', timezone, duration: 60 });
        const shown = nextOpen(times, new Date(minute * 60_000)).toLocaleString('en-GB', {
          timeZone: timezone,
          ...{ weekday: 'short', hour: '2-digit', minute: '2-digit' },
        });
        expect(shown).toBe('Tue 12:05');
      }),
    );
  });

  test('a local time occurs once on a day without a change of the clocks', () => {
    const { matchesDay } = parseCronExpression('* * * * *');
    const clock = parseTimeZone('Europe/Berlin').clockOf({ year: 2026, month: 6, day: 1 });
    expect(matchesDay({ year: 2026, month: 6, day: 1 })).toBe(true);
    expect(clock(0, 0)).toEqual([at('2026-05-31T22:00:00Z')]);
    expect(clock(23, 59)).toEqual([at('2026-06-01T21:59:00Z')]);
  });
});
