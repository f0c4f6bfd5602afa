import { expect, test } from 'vitest';
import { formatRelativeTime } from '../../src/view/relative-time.ts';

const now = new Date('2026-11-21T00:00:00Z');

test.for<[number, string]>([
  [0, 'now'],
  [1, 'in 1 second'],
  [-1, '1 second ago'],
  [119, 'in 119 seconds'],
  [120, 'in 2 minutes'],
  [3 * 3600, 'in 3 hours'],
  [-(3 * 3600 + 59), '3 hours ago'],
  [2 * 86_400 - 1, 'in 47 hours'],
  [30 * 86_400 - 1, 'in 29 days'],
  [729 * 86_400, 'in 729 days'],
  [730 * 86_400, 'in 2 years'],
  [-3651 * 86_400, '10 years ago'],
])('%d seconds from now is %j', ([seconds, words]) => {
  expect(formatRelativeTime(new Date(now.getTime() + seconds * 1000), now)).toBe(words);
});
