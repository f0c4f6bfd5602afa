import { expect, test } from 'vitest';
import {
  crlNextUpdate,
  crlRefreshReasons,
  crlThisUpdate,
  isPressing,
  nextCrlHeader,
  type CrlSchedule,
  type CrlState,
} from '../../../src/crl/rules/schedule.ts';
import { parseDuration, parseThreshold } from '../../../src/time/duration.ts';
import type { Crl } from '../../../src/record/crl.ts';

const NOW = new Date('2026-11-21T00:00:00Z');
const at = (text: string): Date => new Date(text);
const later = (date: Date, span: string): Date => new Date(date.getTime() + parseDuration(span) * 1000);

const SCHEDULE: CrlSchedule = {
  lifetime: parseDuration('14d'),
  rootLifetime: parseDuration('90d'),
  refreshAfter: parseThreshold('25%'),
};

const LATEST: Crl = {
  authorityId: 'issuing-g1',
  number: 7n,
  thisUpdate: NOW,
  nextUpdate: later(NOW, '14d'),
  entryCount: 0,
  sha256: 'aa',
};

const stateWith = (changes: Partial<CrlState> = {}): CrlState => ({
  tier: 'issuing',
  certificate: {
    der: new Uint8Array(),
    serial: '01',
    issuerId: 'root-g1',
    notBefore: at('2026-01-01T00:00:00Z'),
    notAfter: at('2027-01-01T00:00:00Z'),
  },
  latest: LATEST,
  published: { sha256: 'aa', number: 7n },
  unlisted: 0,
  ...changes,
});

const reasonsAfter = (span: string, changes: Partial<CrlState> = {}) =>
  crlRefreshReasons(stateWith(changes), SCHEDULE, later(NOW, span));

test('a CRL is due for a CA that has none', () => {
  expect(reasonsAfter('1s', { latest: undefined, published: undefined })).toEqual(['first']);
});

test('a fresh CRL that is published is not due', () => {
  expect(reasonsAfter('1d')).toEqual([]);
});

test('a CRL is due from exactly a quarter of its lifetime', () => {
  expect(reasonsAfter('3d11h59m59s')).toEqual([]);
  expect(reasonsAfter('3d12h')).toEqual(['age']);
});

test('a CRL is due at once after a revocation that no CRL lists', () => {
  expect(reasonsAfter('1s', { unlisted: 1 })).toEqual(['revoked']);
});

test('a CRL is due when public/crl holds another file or none', () => {
  expect(reasonsAfter('1s', { published: { sha256: 'bb' } })).toEqual(['unpublished']);
  expect(reasonsAfter('1s', { published: undefined })).toEqual(['unpublished']);
});

test('a refresh age longer than the lifetime of the CRL does not let it expire', () => {
  const schedule = { ...SCHEDULE, refreshAfter: parseThreshold('30d') };
  expect(crlRefreshReasons(stateWith(), schedule, later(NOW, '14d'))).toEqual(['age']);
});

test('the CRL of a root has its own lifetime', () => {
  expect(
    crlNextUpdate({ ...stateWith(), tier: 'root' }, { ...SCHEDULE, rootLifetime: parseDuration('20d') }, NOW),
  ).toEqual(later(NOW, '20d'));
  expect(crlNextUpdate(stateWith(), SCHEDULE, NOW)).toEqual(later(NOW, '14d'));
});

test('nextUpdate is at most the notAfter of the CA, and a CRL that reaches it is not due by age', () => {
  const end = at('2027-01-01T00:00:00Z');
  const near = at('2026-12-25T00:00:00Z');
  expect(crlNextUpdate(stateWith(), SCHEDULE, near)).toEqual(end);
  const latest = { ...LATEST, thisUpdate: near, nextUpdate: end };
  expect(crlRefreshReasons(stateWith({ latest }), SCHEDULE, at('2026-12-31T00:00:00Z'))).toEqual([]);
});

test('thisUpdate is a minute before now, but not before the notBefore of the CA, and not after now', () => {
  const { certificate } = stateWith();
  const minute = new Date(NOW.getTime() - 60_000);
  expect(crlThisUpdate(stateWith(), NOW)).toEqual(minute);
  expect(crlThisUpdate(stateWith({ certificate: { ...certificate, notBefore: NOW } }), NOW)).toEqual(NOW);
  expect(crlThisUpdate(stateWith({ certificate: { ...certificate, notBefore: later(NOW, '1h') } }), NOW)).toEqual(NOW);
});

test('a CRL signed while the clock is in doubt is valid at both times, and begins after the one before it', () => {
  const clock = { from: new Date(NOW.getTime() - 2 * 86_400_000), to: later(NOW, '20d') };
  const { thisUpdate, nextUpdate } = nextCrlHeader(stateWith({ clock, latest: undefined }), SCHEDULE, NOW);
  expect(thisUpdate.getTime()).toBe(clock.from.getTime() - 60_000);
  expect(nextUpdate).toEqual(later(clock.to, '14d'));
  const latest = { ...LATEST, thisUpdate: clock.from };
  expect(nextCrlHeader(stateWith({ clock, latest }), SCHEDULE, NOW).thisUpdate.getTime()).toBe(
    clock.from.getTime() + 1000,
  );
});

test('a CRL that begins in the future is due, and so is one with a lower number than a published one', () => {
  expect(reasonsAfter('1s', { latest: { ...LATEST, thisUpdate: later(NOW, '2s') } })).toEqual(['not-yet-valid']);
  expect(reasonsAfter('1d', { outside: 8n })).toEqual(['overtaken']);
  expect(reasonsAfter('1d', { outside: 7n })).toEqual([]);
});

test('the number of the next CRL is higher than the stored and the published number', () => {
  const number = BigInt(NOW.getTime() / 1000) + 100n;
  const header = nextCrlHeader(stateWith({ published: { sha256: 'bb', number } }), SCHEDULE, NOW);
  expect(header.number).toBe(number + 1n);
});

test('a CRL that is due by age alone is pressing from half of its lifetime', () => {
  const pressing = (span: string, ...reasons: ('age' | 'revoked' | 'first')[]) =>
    isPressing({ reasons, latest: LATEST }, later(NOW, span));
  expect(pressing('4d', 'age')).toBe(false);
  expect(pressing('7d', 'age')).toBe(true);
  expect(pressing('4d', 'revoked', 'age')).toBe(true);
  expect(isPressing({ reasons: ['first'] }, NOW)).toBe(true);
});
