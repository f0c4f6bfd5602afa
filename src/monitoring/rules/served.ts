// Judges the declared addresses of services by their last probes: is the deployed certificate served, and do clients accept it?
// `run/source/served.ts` calls it. It is pure, and uses no network: `tick` probes.
import type { Certificate } from '../../record/certificate.ts';
import type { ServedRecord } from '../../record/served.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { Finding } from './finding.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';

/** Seconds without a probe, with the address deployed, after which that is a finding: a daily run may fail once. */
const UNPROBED = 2 * 86_400 + 3600;

/** A declared address with the facts that it is judged by. */
export interface ServedAddress {
  readonly live: Pick<ServiceRow, 'service' | 'deployment'>;
  readonly address: string;
  readonly record?: ServedRecord;
  /** Our record of the served certificate, if it is not the deployed one. */
  readonly served?: Pick<Certificate, 'state' | 'notBefore' | 'notAfter'>;
  /** A hook of the service can reload the server. */
  readonly hasHook: boolean;
}

/** Returns the serial of the certificate that is deployed, whatever is pending. */
export const deployedSerial = ({ deployment }: Pick<ServiceRow, 'deployment'>): string | undefined =>
  deployment?.state === 'deployed' ? deployment.serial : deployment?.deployedSerial;

/** Returns the finding of an address, at most one; undefined if it serves the deployed certificate. */
export function servedFinding(each: ServedAddress, thresholds: CheckThresholds, now: Date): Finding | undefined {
  const { live, address, record, hasHook } = each;
  const { service, deployment } = live;
  if (deployment === undefined) return undefined;
  const about = { kind: 'address', subject: address, servedBy: service.name } as const;
  const lookedAt = record?.triedAt ?? deployment.updatedAt;
  if ((now.getTime() - lookedAt.getTime()) / 1000 > UNPROBED) {
    const probed = record && { since: record.triedAt };
    return { ...about, name: 'served-unprobed', severity: 'warning', ...probed };
  }
  if (record === undefined) return undefined;
  const { problem, seen } = record;
  if (problem !== undefined) {
    return { ...about, name: 'served-nothing', severity: 'warning', problem: problem.text, since: problem.since };
  }
  // an answer from before the deployment says nothing about it
  if (seen === undefined || seen.at <= deployment.updatedAt) return undefined;
  const serial = seen.serial !== undefined && { serial: seen.serial };
  if (seen.refusal !== undefined) {
    const { severity, text } = seen.refusal;
    return { ...about, ...serial, name: 'served-unverifiable', severity, problem: text, since: seen.at };
  }
  const deployed = deployedSerial(live);
  if (deployed === undefined || seen.serial === deployed) return undefined;
  return { ...about, ...serial, name: 'served-old', ...ageOf(each, thresholds, now), since: seen.at, hasHook };
}

/** An old certificate is critical once verifiers reject it, or are about to. */
function ageOf({ served }: ServedAddress, { leafWarning, leafCritical }: CheckThresholds, now: Date) {
  if (served === undefined) return { severity: 'critical' } as const;
  const { notBefore, notAfter: deadline } = served;
  const isCritical =
    served.state === 'revoked' || urgency(notBefore, deadline, leafWarning, leafCritical, now) === 'critical';
  return { severity: isCritical ? 'critical' : 'warning', deadline } as const;
}
