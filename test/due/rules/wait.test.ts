import { describe, expect, test } from 'vitest';
import { renewalWaits } from '../../../src/due/rules/wait.ts';
import { parseThreshold } from '../../../src/time/duration.ts';

const at = (text: string): Date => new Date(`${text}Z`);
const window = { cron: '0 3 * * *', timezone: 'UTC', duration: 3600 };
const dueAt = at('2026-11-20T12:00:00');
const certificate = (service: string, notAfter = '2026-12-01T00:00:00') => ({
  ...{ service, notBefore: at('2026-11-01T00:00:00'), notAfter: at(notAfter) },
});
const services = Array.from({ length: 10_000 }, (_, index) => `service-${index}`);

/** The services that are renewed at a time. */
const renewed = (now: Date, names: readonly string[], due = dueAt): readonly string[] => {
  const waits = renewalWaits(parseThreshold('10%'), now);
  return names.filter(name => {
    const wait = waits(window, 'expiring', certificate(name), due);
    return wait === undefined || 'tooLate' in wait;
  });
};

const minute = (count: number) => new Date(at('2026-11-21T03:00:00').getTime() + count * 60_000);

describe('ten thousand services with one window of an hour', () => {
  test('are renewed in its first quarter, at most a tenth in one minute', () => {
    const done = new Set<string>();
    const perMinute: number[] = [];
    for (let count = 0; count <= 15; count++) {
      const now = renewed(
        minute(count),
        services.filter(name => !done.has(name)),
      );
      perMinute.push(now.length);
      for (const name of now) done.add(name);
    }
    expect(done.size).toBe(services.length);
    expect(Math.max(...perMinute)).toBeLessThan(services.length / 10);
    expect(perMinute.slice(1).every(count => count > 0)).toBe(true);
  });

  test('are all renewed by the one run of an hourly schedule', () => {
    expect(renewed(minute(17), services)).toHaveLength(services.length);
  });

  test('that missed a whole window are renewed as soon as the next one opens', () => {
    expect(renewed(minute(0), services, at('2026-11-20T02:59:59'))).toHaveLength(services.length);
    expect(renewed(minute(0), services, at('2026-11-20T03:00:01')).length).toBeLessThan(20);
  });
});

test('a certificate that would be critical before its turn is renewed when the window opens', () => {
  // critical at 03:02: two of its twenty days are left
  const { notBefore } = certificate('x');
  const notAfter = new Date(notBefore.getTime() + (at('2026-11-21T03:02:00').getTime() - notBefore.getTime()) / 0.9);
  const waits = renewalWaits(parseThreshold('10%'), minute(0));
  const waiting = services.filter(service => waits(window, 'expiring', { service, notBefore, notAfter }, dueAt));
  expect(waiting.length).toBeGreaterThan(0);
  expect(waiting.length).toBeLessThan(services.length / 5);
  const latest = Math.max(
    ...waiting.map(service => {
      const wait = waits(window, 'expiring', { service, notBefore, notAfter }, dueAt);
      return wait && 'until' in wait ? wait.until.getTime() : 0;
    }),
  );
  expect(latest).toBeLessThan(minute(2).getTime());
});

test('outside the window a service waits for its own time in it', () => {
  const waits = renewalWaits(parseThreshold('10%'), at('2026-11-20T20:00:00'));
  const untils = services.map(service => {
    const wait = waits(window, 'expiring', certificate(service), dueAt);
    return wait && 'until' in wait ? wait.until.getTime() : 0;
  });
  expect(Math.min(...untils)).toBeGreaterThanOrEqual(minute(0).getTime());
  expect(Math.max(...untils)).toBeLessThan(minute(15).getTime());
});

test('a window that opens after the certificate is critical is too late', () => {
  const waits = renewalWaits(parseThreshold('10%'), at('2026-11-20T20:00:00'));
  const wait = waits(window, 'expiring', certificate('x', '2026-11-22T00:00:00'), dueAt);
  expect(wait).toEqual({ tooLate: minute(0) });
});
