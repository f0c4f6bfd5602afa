// Demands of every run of the traffic, and the report that it prints.
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { realNow } from '../../support/real-clock.ts';
import { runTraffic, type TrafficReport } from './machine.ts';

/** Runs the traffic with the seed of SVCAUTH_TRAFFIC_SEED, or another one, and prints the report. */
export async function traffic(seconds: number): Promise<TrafficReport> {
  const seed = Number(process.env['SVCAUTH_TRAFFIC_SEED'] ?? (realNow().getTime() / 1000) % 2 ** 31);
  console.log(`SVCAUTH_TRAFFIC_SEED=${seed}`);
  const report = await runTraffic(seconds, seed);
  console.log(inspect(report, { depth: 5, breakLength: 140, maxArrayLength: 20 }));
  expect({ lost: report.lost, hanging: report.hanging, late: report.late, problems: report.problems }).toEqual({
    lost: {},
    hanging: {},
    late: [],
    problems: [],
  });
  expect(report.changes.server).toBeGreaterThan(seconds * 0.8);
  expect(report.changes.client).toBeGreaterThan(seconds * 0.8);
  expect(report.revoked.clients).toBeGreaterThan(seconds / 5);
  expect(report.revoked.servers).toBeGreaterThan(seconds / 5);
  expect(report.revoked.answeredBefore).toBeGreaterThan(seconds * 10);
  return report;
}
