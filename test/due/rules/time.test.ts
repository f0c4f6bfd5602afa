import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseThreshold } from '../../../src/time/duration.ts';
import { renewalTime } from '../../../src/due/rules/time.ts';
import { at } from '../../support/pki/rows.ts';

const lives = fc
  .tuple(fc.string(), fc.nat(4_000_000_000), fc.integer({ min: 1, max: 4_000_000_000 }))
  .map(([service, start, lifetime]) => ({
    service,
    notBefore: new Date(start * 1000),
    notAfter: new Date((start + lifetime) * 1000),
  }));
const seconds = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

describe('without a threshold', () => {
  test.each([
    ['2026-11-01', '2026-12-01', '2026-11-19T12:00:00Z', '2026-11-21'],
    ['2026-11-01', '2026-11-11', '2026-11-05T12:00:00Z', '2026-11-06'],
    ['2026-11-01T00:00:00Z', '2026-11-11T00:00:03Z', '2026-11-07T04:00:01Z', '2026-11-07T16:00:02Z'],
  ])('from %s to %s a certificate is due between %s and %s', (notBefore, notAfter, earliest, latest) => {
    for (const service of ['payments', 'ledger', 'web', 'a.b-c_d']) {
      const due = renewalTime({ service, notBefore: at(notBefore), notAfter: at(notAfter) });
      expect(due >= at(earliest) && due <= at(latest)).toBe(true);
    }
  });

  test('a certificate is due after a half or two thirds of its lifetime, or up to a twentieth earlier', () => {
    fc.assert(
      fc.property(lives, life => {
        const due = renewalTime(life);
        const lifetime = seconds(life.notBefore, life.notAfter);
        const share = lifetime <= 864_000 ? 1 / 2 : 2 / 3;
        expect(due.getTime() % 1000).toBe(0);
        expect(due >= life.notBefore && due < life.notAfter).toBe(true);
        expect(seconds(life.notBefore, due)).toBeLessThanOrEqual(lifetime * share);
        expect(seconds(life.notBefore, due)).toBeGreaterThan(lifetime * (share - 0.05) - 1);
      }),
    );
  });

  test('the same certificate is always due at the same time, and certificates of one moment at different times', () => {
    const dates = { notBefore: at('2026-11-01'), notAfter: at('2026-12-01') };
    const fleet = Array.from({ length: 1000 }, (_, index) => ({ service: `web-${index}`, ...dates }));
    const times = fleet.map(life => renewalTime(life).getTime());
    expect(fleet.map(life => renewalTime(life).getTime())).toEqual(times);
    const hours = new Map<number, number>();
    for (const time of times) {
      const hour = Math.floor(time / 3_600_000);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    // a day and a half to spread over: about 28 an hour
    expect(Math.max(...hours.values())).toBeLessThan(60);
  });
});

describe('with a threshold it is exact', () => {
  const life = { service: 'payments', notBefore: at('2026-11-01'), notAfter: at('2026-12-01') };

  test.each([
    ['66%', '2026-11-20T19:12:00Z'],
    ['50%', '2026-11-16'],
    ['10d', '2026-11-21'],
    ['1h', '2026-11-30T23:00:00Z'],
  ])('with the threshold %s a certificate is due at %s', (threshold, due) =>
    expect(renewalTime(life, parseThreshold(threshold))).toEqual(at(due)),
  );

  test('a threshold longer than the lifetime does not make a certificate due at once', () => {
    expect(renewalTime(life, parseThreshold('25d'))).toEqual(at('2026-11-11'));
    expect(renewalTime(life, parseThreshold('90d'))).toEqual(at('2026-11-11'));
  });

  test('the time of a threshold is always within the lifetime', () => {
    const thresholds = fc.oneof(
      fc.integer({ min: 1, max: 99 }).map(percent => parseThreshold(`${percent}%`)),
      fc.integer({ min: 1, max: 36_500 }).map(days => parseThreshold(`${days}d`)),
    );
    fc.assert(
      fc.property(lives, thresholds, (each, threshold) => {
        const due = renewalTime(each, threshold);
        expect(due >= each.notBefore && due < each.notAfter).toBe(true);
      }),
    );
  });
});
