import { expect, test } from 'vitest';
import { runTraffic } from '../node-library/traffic/machine.ts';
import { realNow } from '../support/real-clock.ts';

const AT_LEAST = 200_000;
const SECONDS = Number(process.env.SVCAUTH_TRAFFIC_SECONDS ?? 300);

test('no request is lost in five minutes of changes', { timeout: 1_800_000 }, async () => {
  const seed = Number(process.env.SVCAUTH_TRAFFIC_SEED ?? realNow().getTime() % 2 ** 31);
  const report = await runTraffic(SECONDS, seed);
  console.log(report);
  expect({ ...report.lost, hanging: report.hanging, late: report.answeredLate }).toEqual({ hanging: 0, late: 0 });
  if (process.env.SVCAUTH_TRAFFIC_SECONDS === undefined) expect(report.requests).toBeGreaterThanOrEqual(AT_LEAST);
});
