import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renewalTime } from '../../src/lifecycle/renewal-time.ts';
import { at } from '../support/rows.ts';

test.each([
  ['2026-11-01', '2026-12-01', '2026-11-21'],
  ['2026-11-01', '2026-11-11', '2026-11-06'],
  ['2026-11-01T00:00:00Z', '2026-11-11T00:00:03Z', '2026-11-07T16:00:02Z'],
  ['2026-11-01T00:00:00Z', '2026-11-01T00:00:01Z', '2026-11-01T00:00:00Z'],
])('from %s to %s a certificate is due at %s', (notBefore, notAfter, due) => {
  expect(renewalTime(at(notBefore), at(notAfter))).toEqual(at(due));
});

test('it is due within its life, in whole seconds, with a third of it left at least', () => {
  fc.assert(
    fc.property(fc.nat(4_000_000_000), fc.integer({ min: 1, max: 4_000_000_000 }), (start, lifetime) => {
      const [notBefore, notAfter] = [new Date(start * 1000), new Date((start + lifetime) * 1000)];
      const due = renewalTime(notBefore, notAfter);
      expect(due.getTime() % 1000).toBe(0);
      expect(due >= notBefore && due < notAfter).toBe(true);
      expect((notAfter.getTime() - due.getTime()) / 1000).toBeGreaterThanOrEqual(lifetime / 3);
    }),
  );
});
