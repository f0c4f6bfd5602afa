import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextCrlNumber } from '../../../src/crl/rules/number.ts';
import { crlOnTurn, crlsToCome, planCrlSeries } from '../../../src/crl/rules/series.ts';
import type { Seconds } from '../../../src/time/duration.ts';
import type { Crl } from '../../../src/record/crl.ts';
import { errorOf } from '../../support/errors.ts';

const NOW = new Date('2026-11-21T00:00:00Z');
const DAY = 86_400;
const seconds = (count: number) => count as Seconds;
const after = (count: number): Date => new Date(NOW.getTime() + count * 1000);

const first = (number: bigint) => ({ number, thisUpdate: after(-60), nextUpdate: after(90 * DAY) });
const plan = (every: number, span: number, lifetime = 90 * DAY, end = 3650 * DAY, number = 7n) =>
  planCrlSeries(
    first(number),
    { notAfter: after(end) },
    seconds(lifetime),
    { every: seconds(every), span: seconds(span) },
    NOW,
  );

const asCrls = (headers: ReturnType<typeof plan>): readonly Crl[] =>
  headers.map(header => ({ ...header, authorityId: 'root-g1', entryCount: 0, sha256: header.number.toString(16) }));

test('a series of 18 months with a CRL every month has 18 CRLs, each valid for 3 months', () => {
  const series = plan(30 * DAY, 540 * DAY);
  expect(series).toHaveLength(18);
  expect(series[1]!.thisUpdate).toEqual(after(30 * DAY - 60));
  expect(series[1]!.nextUpdate).toEqual(after(120 * DAY));
});

test('a valid CRL of the series remains when any one is missing, until the series or the CA expires', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 400 * DAY }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 400 * DAY }),
      fc.integer({ min: DAY, max: 4000 * DAY }),
      (every, slots, lifetime, end) => {
        const series = plan(every, every * slots, lifetime, end);
        for (const [index, crl] of series.entries()) {
          expect(crl.nextUpdate <= after(end)).toBe(true);
          const next = series[index + 1];
          if (next === undefined) break;
          expect(next.number - crl.number).toBe(BigInt(every));
          expect(next.thisUpdate > crl.thisUpdate && next.nextUpdate > crl.nextUpdate).toBe(true);
          // a whole distance after the next one is due
          expect(crl.nextUpdate >= new Date(Math.min(after((index + 2) * every).getTime(), after(end).getTime()))).toBe(
            true,
          );
        }
        expect(series.at(-1)!.nextUpdate >= after(Math.min(every * slots, end))).toBe(true);
      },
    ),
  );
});

test('a CRL signed between two of a series gets a number between theirs', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 70n }),
      fc.integer({ min: 120, max: 90 * DAY }),
      fc.integer({ min: 0, max: 8 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (stored, every, slot, share) => {
        const start = nextCrlNumber({ stored }, NOW);
        const series = plan(every, every * 10, 90 * DAY, 36_500 * DAY, start);
        const at = after(Math.floor((slot + share) * every));
        const between = nextCrlNumber({ stored: series[slot]!.number }, at);
        expect(between > series[slot]!.number).toBe(true);
        expect(between < series[slot + 1]!.number).toBe(true);
      },
    ),
  );
});

test('the newest presigned CRL is due one minute after its thisUpdate', () => {
  const series = asCrls(plan(30 * DAY, 120 * DAY));
  const [latest] = series;
  expect(crlOnTurn({ series }, NOW)).toBe(series[0]);
  expect(crlOnTurn({ series, latest }, NOW)).toBeUndefined();
  expect(crlOnTurn({ series, latest }, after(30 * DAY - 1))).toBeUndefined();
  expect(crlOnTurn({ series, latest }, after(30 * DAY))).toBe(series[1]);
  expect(crlOnTurn({ series, latest }, after(95 * DAY))).toBe(series[3]);
  expect(crlsToCome({ series, latest })).toEqual(series.slice(1));
});

test('a presigned CRL is never due when a higher number is published', () => {
  const series = asCrls(plan(30 * DAY, 120 * DAY));
  const published = { number: series[2]!.number };
  expect(crlOnTurn({ series, latest: series[0], published }, after(70 * DAY))).toBeUndefined();
  expect(crlOnTurn({ series, latest: series[0], published }, after(90 * DAY))).toBe(series[3]);
});

test('a series that is shorter than its interval or has too many CRLs is refused', () => {
  expect(errorOf(() => plan(30 * DAY, 7 * DAY)).message).toContain(
    'the interval between CRLs is longer than the series',
  );
  expect(errorOf(() => plan(3600, 540 * DAY)).message).toContain('12960 CRLs');
});
