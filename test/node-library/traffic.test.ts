import { expect, test } from 'vitest';
import { realNow } from '../support/real-clock.ts';
import { runTraffic } from './traffic/machine.ts';

test('no request is lost, and no revoked client is answered, while the files change every second', async () => {
  const seed = Number(process.env.SVCAUTH_TRAFFIC_SEED ?? realNow().getTime() % 2 ** 31);
  const report = await runTraffic(20, seed);
  console.log(report);
  expect({ ...report.lost, hanging: report.hanging, late: report.answeredLate }).toEqual({ hanging: 0, late: 0 });
  expect(report.requests).toBeGreaterThan(2000);
  expect(report.revoked).toBeGreaterThan(0);
  expect(report.answeredBefore).toBeGreaterThan(8);
});
