import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plannedGapRemedy, recordedGapRemedy } from '../../../src/rotation/rules/gap-remedy.ts';
import {
  issuedEnd,
  issuingGapText,
  leafDemands,
  leafGaps,
  rootGaps,
  shortestLifetime,
  type IssuingWork,
} from '../../../src/rotation/rules/issuing-gap.ts';
import { activationDue } from '../../../src/rotation/rules/timetable.ts';
import { longestLeaf, LEAF_SHARE } from '../../../src/policy/rules/decide-spec.ts';
import { at } from '../../support/pki/rows.ts';

const HOUR = 3600;
const DAY = 86_400;
const NOW = at('2026-11-21');
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

/** Made now, backdated by a minute. */
const living = (seconds: number) => ({ id: 'issuing-g2', notBefore: after(-60), notAfter: after(seconds) });

const work = (ttl: number, changes: Partial<IssuingWork> = {}): IssuingWork => ({
  demands: leafDemands({ ttl, maxTtl: 90 * DAY }, []),
  notAfterPolicy: 'err',
  from: after(DAY),
  retiredAt: after(DAY + ttl),
  isAwaited: true,
  soak: 0,
  ...changes,
});

const reasons = (seconds: number, asked: IssuingWork) =>
  leafGaps(living(seconds), asked).map(({ reason, phase }) => `${reason} ${phase}`);

describe('the shortest lifetime of a successor', () => {
  test('a leaf of a sixth of the lifetime fits to the second', () => {
    // six times 30 days, less the minute that it is backdated by
    const enough = 180 * DAY - 60;
    expect(LEAF_SHARE).toBe(6);
    expect(reasons(enough, work(30 * DAY))).toEqual([]);
    expect(reasons(enough - 1, work(30 * DAY))).toEqual(['ttl-share activated']);
  });

  test('the leaf issued when the old CA is retired fits to the second', () => {
    const asked = work(HOUR, { retiredAt: after(3 * DAY) });
    expect(reasons(3 * DAY + HOUR, asked)).toEqual([]);
    expect(reasons(3 * DAY + HOUR - 1, asked)).toEqual(['outlives-issuer retired']);
  });

  test('its own successor is due no earlier than its activation', () => {
    // due a sixth of its life before its end
    const asked = work(60, { retiredAt: after(DAY) });
    const enough = (DAY * 6 + 60) / 5;
    expect(reasons(enough, asked)).toEqual([]);
    expect(reasons(enough - 2, asked)).toEqual(['successor-due activated']);
    expect(reasons(enough - 2, { ...asked, isAwaited: false })).toEqual([]);
  });

  test('its own successor has the time of a soak before it is due', () => {
    const asked = work(60, { retiredAt: after(DAY), soak: DAY });
    const enough = (2 * DAY * 6 + 60) / 5;
    expect(reasons(enough, asked)).toEqual([]);
    expect(reasons(enough - 2, asked)).toEqual(['successor-due activated']);
  });

  test('a CA that expires with its activation cannot issue', () => {
    expect(reasons(DAY, work(60))).toEqual(['expired activated']);
    expect(reasons(DAY + 1, work(60))).not.toContain('expired activated');
  });
});

test('truncated leaves may expire with their CA, and keep their share of its lifetime', () => {
  const truncate = { notAfterPolicy: 'truncate', retiredAt: after(3 * DAY) } as const;
  expect(reasons(3 * DAY + HOUR, work(12 * HOUR, { retiredAt: after(3 * DAY) }))).toEqual(['outlives-issuer retired']);
  expect(reasons(3 * DAY + HOUR, work(12 * HOUR, truncate))).toEqual([]);
  expect(reasons(3 * DAY + HOUR, work(13 * HOUR, truncate))).toEqual(['ttl-share activated']);
  expect(reasons(3 * DAY, work(12 * HOUR, truncate))).toEqual(['expired retired']);
});

test('each lifetime is required once, except those above the policy limit', () => {
  const leaf = { ttl: 30 * DAY, maxTtl: 90 * DAY };
  const services = [
    { name: 'ledger', ttl: 45 * DAY, services: 1 },
    { name: 'mail', ttl: 30 * DAY, services: 1 },
    { name: 'web', ttl: 45 * DAY, services: 1 },
    { name: 'old', ttl: 120 * DAY, services: 1 },
  ];
  expect(leafDemands(leaf, services)).toEqual([
    { ttl: 30 * DAY, isPolicy: true, services: 1, example: 'mail' },
    { ttl: 45 * DAY, isPolicy: false, services: 2, example: 'ledger' },
  ]);
});

describe('the shortest lifetime of a root', () => {
  const root = (seconds: number) => ({ ...living(seconds), id: 'root-g2' });
  const below = [{ id: 'issuing-g1', notBefore: after(-60), notAfter: after(300 * DAY) }];
  const gaps = (seconds: number) => rootGaps(root(seconds), below, work(30 * DAY)).map(({ reason }) => reason);

  test('a root must live as long as the CAs that it certifies, to the second', () => {
    expect(gaps(300 * DAY - 1)).toEqual(['below-outlives']);
    expect(gaps(DAY)).toEqual(['expired']);
  });

  test('a root must be active while it can still certify a successor of the longest CA below it', () => {
    const life = 300 * DAY + 60;
    expect(gaps(life + DAY - 1)).toEqual(['successor-due']);
    expect(gaps(life + DAY)).toEqual([]);
  });

  test('a root must be active before its own successor is due', () => {
    const alone = (seconds: number) => rootGaps(root(seconds), [], work(30 * DAY)).map(({ reason }) => reason);
    expect(alone(31 * DAY)).toEqual([]);
    expect(alone(31 * DAY - 1)).toEqual(['successor-due']);
  });
});

test('the suggested lifetime is the shortest without a gap until its successor is due', () => {
  const spans = fc.record({
    ttl: fc.integer({ min: 60, max: 90 * DAY }),
    soak: fc.integer({ min: 60, max: 30 * DAY }),
    drained: fc.integer({ min: 0, max: 60 * DAY }),
  });
  fc.assert(
    fc.property(spans, ({ ttl, soak, drained }) => {
      const asked = work(ttl, { from: after(soak), retiredAt: after(soak + drained) });
      const gapsOf = (notAfter: Date) => leafGaps({ ...living(0), notAfter }, asked);
      const seconds = shortestLifetime(gapsOf, 3650 * DAY, NOW)!;
      expect(gapsOf(after(seconds))).toEqual([]);
      expect(gapsOf(after(seconds - 1))).not.toEqual([]);
      const issuer = living(seconds);
      expect(ttl).toBeLessThanOrEqual(longestLeaf(issuer));
      expect(issuedEnd(ttl, issuer, asked, activationDue(issuer, ttl))).toHaveProperty('notAfter');
    }),
  );
  expect(
    shortestLifetime(notAfter => leafGaps({ ...living(0), notAfter }, work(30 * DAY)), 100 * DAY, NOW),
  ).toBeUndefined();
});

test('a gap text names the CA, the certificates and the reason', () => {
  const [share] = leafGaps(living(60 * DAY), {
    ...work(30 * DAY),
    demands: leafDemands({ ttl: 30 * DAY, maxTtl: 90 * DAY }, [
      { name: 'mail', ttl: 30 * DAY, services: 1 },
      { name: 'web', ttl: 30 * DAY, services: 1 },
    ]),
  });
  expect(issuingGapText(share!)).toBe(
    'in phase activated, at 2026-11-22T00:00:00Z, issuing-g2 cannot issue certificates of 30d (leaf.ttl, mail and 1 more): ' +
      'a leaf may live at most 1/6 of the lifetime of its CA, and issuing-g2, which expires 2027-01-20T00:00:00Z, allows 10d',
  );
  const [late] = leafGaps(living(3 * DAY + HOUR - 1), work(HOUR, { retiredAt: after(3 * DAY) }));
  expect(issuingGapText(late!)).toBe(
    'in phase retired, at 2026-11-24T00:00:00Z, issuing-g2 cannot issue certificates of 1h (leaf.ttl): ' +
      'they would outlive issuing-g2, which expires 2026-11-24T00:59:59Z',
  );
});

describe('the remedy of a gap', () => {
  const lifetime = { kind: 'lifetime', seconds: 180 * DAY - 60 } as const;

  test('the remedy repeats the options of prepare with a lifetime in whole days', () => {
    expect(plannedGapRemedy('issuing', lifetime, { crossSigning: 'issuing', lifetime: 60 })).toBe(
      'svcauth ca rotate prepare --tier issuing --lifetime 180d',
    );
    const options = {
      crossSigning: 'both',
      keyAlgorithm: 'rsa-3072',
      soak: HOUR,
      rootKey: 'my usb/root.key',
      rootKeyOut: 'root-g2.key',
      requiredAcks: ['edge-1', 'edge-2'],
      compromise: 'lost laptop',
    } as const;
    expect(plannedGapRemedy('root', { kind: 'lifetime', seconds: 90 * 60 }, options)).toBe(
      "svcauth ca rotate prepare --tier root --lifetime 2h --cross-sign both --key-alg rsa-3072 --soak 1h --root-key 'my usb/root.key'" +
        " --root-key-out root-g2.key --require-acks edge-1,edge-2 --force-compromised --reason 'lost laptop'",
    );
  });

  test('the remedy is a new root where the root expires too soon, and absent where no lifetime is enough', () => {
    expect(plannedGapRemedy('issuing', { kind: 'root-first' }, { crossSigning: 'issuing' })).toBe(
      'svcauth ca rotate prepare --tier root',
    );
    expect(plannedGapRemedy('issuing', { kind: 'root-first' }, { crossSigning: 'issuing' }, 'foreign')).toBe(
      'svcauth ca install-cert CERT --chain CHAIN',
    );
    expect(plannedGapRemedy('issuing', undefined, { crossSigning: 'issuing' })).toBeUndefined();
  });

  test('the remedy extends a prepared issuing CA, and rolls back a prepared root', () => {
    const issuing = { id: 'issuing-g2', tier: 'issuing' } as const;
    expect(recordedGapRemedy(issuing, lifetime, 'file')).toBe('svcauth ca extend issuing-g2 --lifetime 180d');
    expect(recordedGapRemedy(issuing, lifetime, 'offline')).toBe(
      'svcauth ca extend issuing-g2 --lifetime 180d --root-key FILE',
    );
    expect(recordedGapRemedy(issuing, lifetime, 'foreign')).toBe('svcauth ca install-cert CERT');
    expect(recordedGapRemedy({ id: 'root-g2', tier: 'root' }, lifetime, 'file')).toBe(
      'svcauth ca rotate rollback --tier root',
    );
  });
});
