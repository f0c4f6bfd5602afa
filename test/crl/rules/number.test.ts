import { expect, test } from 'vitest';
import { nextCrlNumber } from '../../../src/crl/rules/number.ts';

const NOW = new Date('2026-11-21T00:00:00Z');
const SECONDS = BigInt(NOW.getTime() / 1000);

test('the first CRL number is the time in seconds', () => {
  expect(nextCrlNumber({}, NOW)).toBe(SECONDS);
});

test('two CRLs in one second get different numbers', () => {
  expect(nextCrlNumber({ stored: SECONDS }, NOW)).toBe(SECONDS + 1n);
});

test('a manifest restored from a backup does not repeat a published number', () => {
  expect(nextCrlNumber({ stored: 7n, published: SECONDS + 40n }, NOW)).toBe(SECONDS + 41n);
});

test('the number grows although the clock went back', () => {
  expect(nextCrlNumber({ stored: SECONDS + 999n, published: SECONDS }, NOW)).toBe(SECONDS + 1000n);
});

test('numbers above 2^53 stay exact', () => {
  expect(nextCrlNumber({ published: 2n ** 80n }, NOW)).toBe(2n ** 80n + 1n);
});
