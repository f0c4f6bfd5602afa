import { expect, test } from 'vitest';
import { traffic } from './traffic/report.ts';

test('no request is lost and no revoked peer is answered while the files change every second', async () => {
  const { requests } = await traffic(Number(process.env['SVCAUTH_TRAFFIC_SECONDS'] ?? 20));
  expect(requests).toBeGreaterThan(2000);
});
