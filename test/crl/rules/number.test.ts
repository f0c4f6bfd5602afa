import { expect, test } from 'vitest';
import { nextCrlNumber } from '../../../src/crl/rules/number.ts';

const NOW = new Date('2026-11-21T00:00:00Z');
const SECONDS = BigInt(NOW.getTime() / 1000);

test('the first number is the time', () => {
  expect(nextCrlNumber({}, NOW)).toBe(SECONDS);
});

test('two CRLs of one second have two numbers', () => {
  expect(nextCrlNumber({ stored: SECONDS }, NOW)).toBe(SECONDS + 1n);
});

test('a manifest restored from a back-up does not repeat what verifiers have seen', () => {
  expect(nextCrlNumber({ stored: 7n, published: SECONDS + 40n }, NOW)).toBe(SECONDS + 41n);
});

test('a clock that went back does not make the number smaller', () => {
  expect(nextCrlNumber({ stored: SECONDS + 999n, published: SECONDS }, NOW)).toBe(SECONDS + 1000n);
});

test('numbers beyond 2^53 stay exact', () => {
  expect(nextCrlNumber({ published: 2n ** 80n }, NOW)).toBe(2n ** 80n + 1n);
});
