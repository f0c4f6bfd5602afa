import { expect, test } from 'vitest';
import { servedFinding, type ServedAddress } from '../../../src/monitoring/rules/served.ts';
import type { CheckThresholds } from '../../../src/monitoring/rules/thresholds.ts';

const THRESHOLDS = {} as CheckThresholds;
const NOW = new Date('2026-11-21T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

/** An address that served an older certificate; the newest one was deployed two hours ago. */
const found = (seenHoursAgo: number) =>
  servedFinding(
    {
      live: {
        service: { name: 'web' },
        deployment: { state: 'deployed', serial: 'bb', updatedAt: hoursAgo(2) },
      },
      ...{ address: '127.0.0.1:443', hasHook: true },
      record: { triedAt: hoursAgo(seenHoursAgo), seen: { at: hoursAgo(seenHoursAgo), serial: 'aa' } },
    } as unknown as ServedAddress,
    THRESHOLDS,
    NOW,
  )?.name;

test('an older certificate that was served after the deployment is a finding', () => {
  expect(found(1)).toBe('served-old');
});

test('one that was served before the deployment is none: there was no probe since', () => {
  expect(found(3)).toBeUndefined();
});
