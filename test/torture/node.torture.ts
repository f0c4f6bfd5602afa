import { expect, test } from 'vitest';
import { traffic } from '../node-library/traffic/report.ts';

const SECONDS = 300;

test('no request is lost in five minutes with a change every second', { timeout: 600_000 }, async () => {
  const { requests } = await traffic(SECONDS);
  expect(requests).toBeGreaterThanOrEqual(200_000);
});
