import { expect, test } from 'vitest';
import { formatDuration } from '../../src/view/duration.ts';

test.each([
  [0, '0s'],
  [0.9, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3_661, '1h 1m'],
  [86_400, '1d'],
  [86_401, '1d'],
  [30 * 86_400 - 1, '29d 23h'],
  [365 * 86_400 + 5 * 86_400 + 3_600, '1y 5d'],
  [-(3 * 86_400 + 4 * 3_600), '-3d 4h'],
])('%d seconds read as %s', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});
