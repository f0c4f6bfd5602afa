import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCronExpression } from '../../src/time/cron-expression.ts';
import { errorOf } from '../support/errors.ts';

const days = (text: string, year: number, month: number): number[] => {
  const { matchesDay } = parseCronExpression(text);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: last }, (_, index) => index + 1).filter(day => matchesDay({ year, month, day }));
};

describe('a cron expression', () => {
  test.each([
    ['0 3 * * *', [0], [3]],
    ['*/15 8-18/5 * * *', [0, 15, 30, 45], [8, 13, 18]],
    ['5,0,5 0,23 * * *', [0, 5], [0, 23]],
    [' 59\t*/12 * * * ', [59], [0, 12]],
  ])('%s', (text, minutes, hours) => {
    expect(parseCronExpression(text)).toMatchObject({ minutes, hours });
  });

  test('a cron expression matches its days of the week', () => {
    expect(days('0 0 * * mon-fri', 2026, 11)).toEqual(
      [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30].filter(day => day <= 30),
    );
    for (const sunday of ['0', '7', 'Sun', '7,0']) {
      expect(days(`0 0 * * ${sunday}`, 2026, 11)).toEqual([1, 8, 15, 22, 29]);
    }
    expect(days('0 0 * * 5-7', 2026, 11)).toEqual([1, 6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29]);
  });

  test('a cron expression matches its days of the month in its months', () => {
    expect(days('0 0 29-31 feb,JUN *', 2028, 2)).toEqual([29]);
    expect(days('0 0 29-31 feb,JUN *', 2026, 2)).toEqual([]);
    expect(days('0 0 29-31 feb,JUN *', 2026, 6)).toEqual([29, 30]);
    expect(days('0 0 29-31 feb,JUN *', 2026, 7)).toEqual([]);
  });

  test('a cron expression with both days matches either, as in POSIX', () => {
    expect(days('0 0 13 * 5', 2026, 11)).toEqual([6, 13, 20, 27]);
    expect(days('0 0 14 * 5', 2026, 11)).toEqual([6, 13, 14, 20, 27]);
    expect(days('0 0 */10 * 5', 2026, 12)).toEqual([11]);
  });

  test.each([
    ['', 'it has 1 fields instead of 5'],
    ['0 3 * *', 'it has 4 fields instead of 5'],
    ['0 3 * * * root', 'it has 6 fields instead of 5'],
    ['@daily', 'it has 1 fields instead of 5'],
    ['60 3 * * *', 'its minute "60" is not made of 0 to 59'],
    ['0 24 * * *', 'its hour "24" is not made of 0 to 23'],
    ['0 0 0 * *', 'its day of the month "0" is not made of 1 to 31'],
    ['0 0 * 13 *', 'its month "13" is not made of 1 to 12'],
    ['0 0 * mon *', 'its month "mon" is not made of 1 to 12'],
    ['0 0 * * 8', 'its day of the week "8" is not made of 0 to 7'],
    ['0 0 * * fri-mon', 'its day of the week "fri-mon" is not made of 0 to 7'],
    ['*/0 0 * * *', 'its minute "*/0" is not made of 0 to 59'],
    ['5/15 0 * * *', 'its minute "5/15" is not made of 0 to 59'],
    ['1,,2 0 * * *', 'its minute "1,,2" is not made of 0 to 59'],
    ['-1 0 * * *', 'its minute "-1" is not made of 0 to 59'],
    ['0 0 31 2,4 *', 'no year has such a day'],
  ])('the cron expression %j is refused', (text, reason) => {
    expect(errorOf(() => parseCronExpression(text))).toMatchObject({ code: 'ERR_CRON', params: { text, reason } });
  });

  test('a cron expression has 1 to 60 minutes and 1 to 24 hours in order, or is refused', () => {
    const field = fc.oneof(fc.constantFrom('*', '*/7', '1-5', '0', '3,2', 'mon'), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(field, { minLength: 4, maxLength: 6 }), fields => {
        try {
          const { minutes, hours } = parseCronExpression(fields.join(' '));
          for (const values of [minutes, hours]) {
            expect(values.length).toBeGreaterThan(0);
            expect([...values].sort((a, b) => a - b)).toEqual(values);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_CRON' });
        }
      }),
    );
  });
});
