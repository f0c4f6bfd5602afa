// Lists what is monitored, with or without a finding: certificates, CAs, CRLs, consumers and addresses.
// Prometheus, JUnit and the calendar print the items; `check.ts` judges the same rows.
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { AuthorityRow } from '../../ca/rules/status.ts';

/** A certificate, CA or CRL, with or without a finding. */
export type MonitoredItem =
  | (Span & {
      readonly kind: 'certificate';
      readonly certificate: Certificate;
      readonly deploymentPending: boolean;
      /** The files are deployed; only a hook has failed. */
      readonly hookPending: boolean;
    })
  | (Span & {
      /** `from` and `end` are the time of the last probe. */
      readonly kind: 'address';
      readonly service: string;
      /** The last probe got a certificate. */
      readonly isReached: boolean;
      /** It is the deployed one, and clients accept it. */
      readonly isGood: boolean;
    })
  | (Omit<Span, 'end'> & {
      readonly kind: 'consumer';
      readonly reload: 'hook' | 'self' | 'manual' | 'undeclared';
      readonly services: number;
      /** First expiry of a CRL that it has loaded; absent: it has loaded none. `from` is the time of its last reload. */
      readonly end?: Date;
      readonly pending: boolean;
    })
  | (Span & { readonly kind: 'ca'; readonly authority: CertifiedAuthority })
  | (Span & { readonly kind: 'crl'; readonly crl: Crl; readonly authority: CertifiedAuthority });

interface Span {
  /** Name of the service or id of the CA. */
  readonly subject: string;
  readonly from: Date;
  /** notAfter, the last valid second (RFC 5280 §4.1.2.5), or nextUpdate, the first second of expiry. */
  readonly end: Date;
}

/** Lists current certificates, CAs that are not retired, and CRLs of CAs that have not expired, as `checkManifest` judges them. */
export function monitoredItems(
  {
    services,
    authorities,
  }: { readonly services: readonly ServiceRow[]; readonly authorities: readonly AuthorityRow[] },
  now: Date,
): readonly MonitoredItem[] {
  return [...services.flatMap(monitoredCertificate), ...authorities.flatMap(row => monitoredAuthority(row, now))];
}

function monitoredCertificate({ service, certificate, deployment }: ServiceRow): MonitoredItem[] {
  if (certificate?.state !== 'current') return [];
  const span = { subject: service.name, from: certificate.notBefore, end: certificate.notAfter };
  const deploymentPending = deployment?.state === 'pending';
  const hookPending = deploymentPending && deployment.hookFailed === true;
  return [{ ...span, kind: 'certificate', certificate, deploymentPending, hookPending }];
}

function monitoredAuthority({ authority, crl }: AuthorityRow, now: Date): MonitoredItem[] {
  if (!isCertified(authority) || authority.state === 'retired') return [];
  const { id: subject, certificate } = authority;
  const ca: MonitoredItem = { kind: 'ca', subject, from: certificate.notBefore, end: certificate.notAfter, authority };
  if (crl === undefined || certificate.notAfter < now) return [ca];
  return [ca, { kind: 'crl', subject, from: crl.thisUpdate, end: crl.nextUpdate, crl, authority }];
}
