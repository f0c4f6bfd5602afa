import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../src/time/instant.ts';
import { errorOf } from '../support/errors.ts';

const now = new Date('2026-11-21T23:30:00.750Z');
const instant = (text: string): string => parseInstant(text, now).toISOString();

describe('a time', () => {
  test.each([
    ['2026-11-21T23:00:00Z', '2026-11-21T23:00:00.000Z'],
    ['2026-11-21T23:00:00+02:00', '2026-11-21T21:00:00.000Z'],
    ['2026-11-21T23:00:00-05:30', '2026-11-22T04:30:00.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['0099-01-01', '0099-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    ['+30d', '2026-12-21T23:30:00.000Z'],
    ['-2h', '2026-11-21T21:30:00.000Z'],
    ['+1h15m', '2026-11-22T00:45:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(instant(text)).toBe(iso);
  });

  test.each([
    ['', 'neither RFC 3339 nor a span'],
    ['now', 'neither RFC 3339 nor a span'],
    ['30d', 'neither RFC 3339 nor a span'],
    ['1795302000', 'neither RFC 3339 nor a span'],
    ['21.11.2026', 'neither RFC 3339 nor a span'],
    ['2026-11-21T23:00Z', 'neither RFC 3339 nor a span'],
    ['2026-11-21 23:00:00Z', 'joined by "T"'],
    ['2026-11-21t23:00:00z', 'joined by "T"'],
    ['2026-11-21T23:00:00', 'no zone'],
    ['2026-11-21T23:00:00.5Z', 'whole seconds'],
    ['2026-02-29', 'no such day'],
    ['2026-04-31', 'no such day'],
    ['2026-13-01', 'no such day'],
    ['2026-00-10', 'no such day'],
    ['2026-01-00', 'no such day'],
    ['2026-11-21T24:00:00Z', 'no such time'],
    ['2026-11-21T23:60:00Z', 'no such time'],
    ['2016-12-31T23:59:60Z', 'leap seconds'],
    ['2026-11-21T23:00:00+24:00', 'no such offset'],
    ['0000-01-01', 'years 1 to 9999'],
    ['9999-12-31T23:59:59-00:01', 'years 1 to 9999'],
  ])('%j is refused: %s', (text, reason) => {
    const error = errorOf(() => parseInstant(text, now));
    expect(error.code).toBe('ERR_INSTANT');
    expect(error.message).toContain(reason);
  });

  test('a span from now is refused like a duration', () => {
    expect(errorOf(() => parseInstant('+1fortnight', now)).code).toBe('ERR_DURATION');
    expect(errorOf(() => parseInstant('+0d', now)).code).toBe('ERR_DURATION');
  });
});

test('any whole second reads back from RFC 3339 as itself', () => {
  const whole = fc
    .integer({ min: Date.parse('1000-01-01T00:00:00Z') / 1000, max: Date.parse('9999-12-31T23:59:59Z') / 1000 })
    .map(s => new Date(s * 1000));
  fc.assert(
    fc.property(whole, date => {
      expect(parseInstant(date.toISOString().replace('.000', ''), now)).toEqual(date);
    }),
  );
});

test('any text is read or refused with a catalogue error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0129-+:TZdh.') }), text => {
      try {
        expect(Number.isInteger(parseInstant(text, now).getTime() / 1000)).toBe(true);
      } catch {
        expect(errorOf(() => parseInstant(text, now)).code).toMatch(/^ERR_(?:INSTANT|DURATION)$/);
      }
    }),
  );
});
