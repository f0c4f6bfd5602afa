import { describe, expect, test } from 'vitest';
import { parseBerTime } from '../../../src/pki/der/ber-time.ts';

describe('a time in any form of BER', () => {
  test.each([
    ['2611210930Z', true, '2026-11-21T09:30:00.000Z'],
    ['261121093015+0130', true, '2026-11-21T08:00:15.000Z'],
    ['491231235959Z', true, '2049-12-31T23:59:59.000Z'],
    ['500101000000Z', true, '1950-01-01T00:00:00.000Z'],
    ['20261121093015.250Z', false, '2026-11-21T09:30:15.000Z'],
    ['20261121093015', false, '2026-11-21T09:30:15.000Z'],
    ['2026112109-0100', false, '2026-11-21T10:00:00.000Z'],
    ['00010101000000Z', false, '0001-01-01T00:00:00.000Z'],
  ])('%s (UTCTime: %s) is %s', (text, isUtc, expected) => {
    expect(parseBerTime(text, isUtc)?.toISOString()).toBe(expected);
  });

  test.each([
    ['', true],
    ['2611210930', false],
    ['20261121093015Z', true],
    ['261321093015Z', true],
    ['260230000000Z', true],
    ['261121246060Z', true],
    ['261121093015Z ', true],
  ])('%j (UTCTime: %s) is not a time', (text, isUtc) => {
    expect(parseBerTime(text, isUtc)).toBeUndefined();
  });
});
