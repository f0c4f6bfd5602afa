import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareEntries } from '../../../src/crl/rules/diff.ts';
import type { CrlEntryReport } from '../../../src/pki/report/crl-report.ts';
import { compareSerialHex } from '../../../src/pki/crl/sorted-entries.ts';

const REVOKED_AT = new Date('2026-11-21T00:00:00Z');
const entry = (serial: string, reason = 'superseded'): CrlEntryReport => ({ serial, revokedAt: REVOKED_AT, reason });

const lists = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.constantFrom('superseded', 'keyCompromise')), {
    selector: ([number]) => number,
    maxLength: 30,
  })
  .map(list =>
    list.map(([number, reason]) => entry(hexOf(number), reason)).sort((a, b) => compareSerialHex(a.serial, b.serial)),
  );

function hexOf(number: number): string {
  const hex = number.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

test('a list does not differ from itself', () => {
  fc.assert(
    fc.property(lists, list => {
      expect([...compareEntries(list, list)]).toEqual([]);
    }),
  );
});

test('the comparison of two lists agrees with a look-up of every serial in both', () => {
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const [old, now] = [before, after].map(list => new Map(list.map(each => [each.serial, each])));
      const serials = [...new Set([...old!.keys(), ...now!.keys()])].sort(compareSerialHex);
      const expected = serials
        .filter(serial => old!.get(serial)?.reason !== now!.get(serial)?.reason)
        .map(serial => [serial, old!.get(serial), now!.get(serial)]);
      const found = Array.from(compareEntries(before, after), each => [each.serial, each.before, each.after]);
      expect(found).toEqual(expected);
    }),
  );
});

test('an entry with another date differs', () => {
  const later = { ...entry('0a'), revokedAt: new Date('2026-11-22T00:00:00Z') };
  expect([...compareEntries([entry('0a')], [later])]).toHaveLength(1);
});
