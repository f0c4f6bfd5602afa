// Condenses a service, its current certificate and its deployment into a row of `status`: state, dates, renewal time, problem.
// `status` calls it. It is pure and knows no thresholds: `check` judges how urgent a date is.
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import type { ServiceRow } from '../../record/service.ts';

/** `none`: never issued. `not-yet-valid`: begins in the future. `due`: past its renewal time and still valid. */
type ServiceState = 'none' | 'not-yet-valid' | 'valid' | 'due' | 'expired' | 'revoked';

export interface ServiceStatus {
  readonly service: string;
  readonly spiffeId: string;
  readonly state: ServiceState;
  /** True if the certificate is issued but not deployed. Files, outputs or hooks may still be those of the previous one. */
  readonly deploymentPending: boolean;
  /** While pending: serial of the certificate that was deployed last, if there is one. */
  readonly deployedSerial?: string;
  /** While pending: why the last attempt failed. */
  readonly problem?: string;
  /** This and the following fields are absent without a certificate. */
  readonly serial?: string;
  readonly ca?: string;
  readonly notBefore?: Date;
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter?: Date;
  readonly renewAt?: Date;
}

/** Makes the status of a service. `renewal`: settings of services that have none of their own. */
export function serviceStatus(
  { service, certificate, deployment }: ServiceRow,
  renewal: RenewalSpec,
  now: Date,
): ServiceStatus {
  const base = { service: service.name, spiffeId: service.spec.spiffeId };
  if (certificate === undefined) return { ...base, state: 'none', deploymentPending: false };
  const { serial, authorityId, notBefore, notAfter } = certificate;
  const renewAt = renewalTime(certificate, renewalOf(service, renewal).threshold);
  return {
    ...base,
    state: certificateState(certificate, renewAt, now),
    ...pendingDeployment(deployment),
    serial,
    ca: authorityId,
    notBefore,
    notAfter,
    renewAt,
  };
}

function pendingDeployment(
  deployment: Deployment | undefined,
): Pick<ServiceStatus, 'deploymentPending' | 'deployedSerial' | 'problem'> {
  if (deployment?.state !== 'pending') return { deploymentPending: false };
  const { deployedSerial, problem } = deployment;
  return {
    deploymentPending: true,
    ...(deployedSerial && { deployedSerial }),
    ...(problem !== undefined && { problem }),
  };
}

function certificateState(certificate: Certificate, renewAt: Date, now: Date): ServiceState {
  if (certificate.state === 'revoked') return 'revoked';
  if (certificate.notAfter < now) return 'expired';
  if (certificate.notBefore > now) return 'not-yet-valid';
  return renewAt <= now ? 'due' : 'valid';
}
