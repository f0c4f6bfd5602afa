// Demands of every run of the traffic, and the report that it prints.
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { realNow } from '../../support/real-clock.ts';
import { runTraffic, type TrafficReport } from './machine.ts';

/** Runs the traffic with the seed of SVCAUTH_TRAFFIC_SEED, or another one, and prints the report. */
export async function traffic(seconds: number, atLeast?: number): Promise<TrafficReport> {
  const seed = Number(process.env['SVCAUTH_TRAFFIC_SEED'] ?? (realNow().getTime() / 1000) % 2 ** 31);
  console.log(`SVCAUTH_TRAFFIC_SEED=${seed}`);
  const report = await runTraffic(seconds, seed, atLeast);
  console.log(inspect(report, { depth: 5, breakLength: 140, maxArrayLength: 20 }));
  expect({ lost: report.lost, hanging: report.hanging, late: report.late, problems: report.problems }).toEqual({
    lost: {},
    hanging: {},
    late: [],
    problems: [],
  });
  // a machine with other work makes fewer
  expect(Math.min(report.changes.server, report.changes.client)).toBeGreaterThan(seconds / 5);
  expect(Math.min(report.revoked.clients, report.revoked.servers)).toBeGreaterThan(seconds / 20);
  expect(report.revoked.answeredBefore).toBeGreaterThan(seconds);
  return report;
}
