import { expect, test } from 'vitest';
import { traffic } from '../node-library/traffic/report.ts';

const AT_LEAST = 200_000;
const SECONDS = 300;

test('no request is lost in five minutes with a change every second', { timeout: 1_800_000 }, async () => {
  const { requests } = await traffic(SECONDS, AT_LEAST);
  expect(requests).toBeGreaterThanOrEqual(AT_LEAST);
});
