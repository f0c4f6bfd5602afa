// Decides when a declared address is probed, and turns a probe into the record that `check` judges later.
// `run/declared.ts` calls it for `tick` and `probe --record`. It keeps facts that do not change with time: `check` adds the time.
import type { Deployment } from '../../record/deployment.ts';
import type { ServedCertificate, ServedRecord } from '../../record/served.ts';
import type { ServedFinding } from './served-verdict.ts';

/** Seconds between two probes of an address. A run of cron begins some seconds early or late. */
const EVERY = 3600 - 30;
/** Seconds after a deployment in which a server may still load it. A hook often returns before the reload is complete. */
const RELOADING = 120;

/** Returns true if a run probes an address. `record`: its last probe. `deployment`: of its service. */
export function isProbeDue(
  record: Pick<ServedRecord, 'triedAt'> | undefined,
  deployment: Deployment | undefined,
  now: Date,
): boolean {
  // a service that was never deployed serves nothing of ours
  if (deployment === undefined) return false;
  const since = (instant: Date): number => (now.getTime() - instant.getTime()) / 1000;
  const age = since(deployment.updatedAt);
  if (age >= 0 && age < RELOADING) return false;
  // a probe in the future is of a wrong clock
  return record === undefined || since(record.triedAt) >= EVERY || since(record.triedAt) < 0;
}

/** Findings of a probe that `check` derives again from serial, dates and revocations. */
const JUDGED_LATER: ReadonlySet<string> = new Set([
  'old-in-memory',
  'not-deployed',
  'revoked',
  'expired',
  'client-refused',
]);

/** The result of a probe, as far as the record needs it. */
export interface ProbedAddress {
  readonly service: string;
  readonly address: string;
  readonly findings: readonly ServedFinding[];
  readonly problem?: { readonly code: string; readonly message: string } | undefined;
  readonly seen?: Pick<ServedCertificate, 'serial' | 'chain'> | undefined;
}

/** Makes the record of a probe. After a probe without a certificate it keeps the certificate seen before. */
export function servedRecord(probed: ProbedAddress, before: ServedRecord | undefined, now: Date): ServedRecord {
  const { service, address, findings, problem, seen } = probed;
  const common = { service, address, triedAt: now };
  if (seen === undefined) {
    const { code, message: text } = problem ?? { code: 'ERR_PROBE_CLOSED', message: 'no certificate was sent' };
    return {
      ...common,
      ...(before?.seen && { seen: before.seen }),
      problem: { code, text, since: before?.problem?.since ?? now },
    };
  }
  const refusal = findings.find(({ name }) => !JUDGED_LATER.has(name));
  return {
    ...common,
    seen: {
      at: now,
      ...seen,
      ...(refusal && { refusal: { severity: refusal.severity, text: refusal.message } }),
    },
  };
}
