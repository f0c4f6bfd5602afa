import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { AuthorityRow } from '../../ca/rules/status.ts';

/** Something that ends, whether or not anything is wrong with it. */
export type Watched =
  | (Span & {
      readonly kind: 'certificate';
      readonly certificate: Certificate;
      readonly deliveryPending: boolean;
      /** Nothing but a hook is missing. */
      readonly hookPending: boolean;
    })
  | (Span & { readonly kind: 'ca'; readonly authority: CertifiedAuthority })
  | (Span & { readonly kind: 'crl'; readonly crl: Crl; readonly authority: CertifiedAuthority });

interface Span {
  /** The service or the CA. */
  readonly subject: string;
  readonly from: Date;
  /** notAfter, the last good second (RFC 5280 §4.1.2.5), or nextUpdate, the first bad one. */
  readonly end: Date;
}

/** What `checkManifest` judges by its time: current certificates, CAs that are not retired, and their CRLs while the CA lasts. */
export function watchedOf(
  {
    services,
    authorities,
  }: { readonly services: readonly ServiceRow[]; readonly authorities: readonly AuthorityRow[] },
  now: Date,
): readonly Watched[] {
  return [...services.flatMap(watchedCertificate), ...authorities.flatMap(row => watchedAuthority(row, now))];
}

function watchedCertificate({ service, certificate, delivery }: ServiceRow): Watched[] {
  if (certificate?.state !== 'current') return [];
  const span = { subject: service.name, from: certificate.notBefore, end: certificate.notAfter };
  const deliveryPending = delivery?.state === 'pending';
  const hookPending = deliveryPending && delivery.hookFailed === true;
  return [{ ...span, kind: 'certificate', certificate, deliveryPending, hookPending }];
}

function watchedAuthority({ authority, crl }: AuthorityRow, now: Date): Watched[] {
  if (!isCertified(authority) || authority.state === 'retired') return [];
  const { id: subject, certificate } = authority;
  const ca: Watched = { kind: 'ca', subject, from: certificate.notBefore, end: certificate.notAfter, authority };
  if (crl === undefined || certificate.notAfter < now) return [ca];
  return [ca, { kind: 'crl', subject, from: crl.thisUpdate, end: crl.nextUpdate, crl, authority }];
}
