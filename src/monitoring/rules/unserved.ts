import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import { isWithdrawn } from '../../due/rules/withdrawal.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { Finding } from './finding.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';

/** Finds a service in use without a good certificate. Its only one is revoked, for a reason that does not end the service. */
export function revokedFinding(
  { service: { name: subject }, certificate }: ServiceRow,
  revokedFor: CrlReason | undefined,
  at: Date,
): readonly Finding[] {
  if (certificate?.state !== 'revoked' || certificate.notAfter < at) return [];
  if (revokedFor === undefined || isWithdrawn(revokedFor)) return [];
  const { serial, keySource } = certificate;
  return [
    {
      ...{ name: 'certificate-revoked', severity: 'critical', kind: 'service', subject, serial, problem: revokedFor },
      ...(keySource === 'csr' && { keySource }),
    },
  ];
}

/** Finds a service past its renewal time that no run can renew, as its key is on its own host. A certificate that expires soon has a finding already. */
export function csrFinding(
  { service, certificate }: ServiceRow,
  renewal: RenewalSpec,
  { leafWarning, leafCritical }: CheckThresholds,
  at: Date,
): readonly Finding[] {
  if (certificate === undefined) return [];
  const { serial, notBefore, notAfter } = certificate;
  if (notAfter < at || urgency(notBefore, notAfter, leafWarning, leafCritical, at) !== undefined) return [];
  if (renewalTime(certificate, renewalOf(service, renewal).threshold) > at) return [];
  const about = { kind: 'service', subject: service.name, serial, keySource: 'csr' } as const;
  return [{ ...about, name: 'csr-due', severity: 'warning', deadline: notAfter }];
}
