import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';

/** Whether a CRL is the last one its CA owes: it lasts past `until`, or as long as any CRL of this CA can. */
export function lastCrlReaches(
  crl: Crl | undefined,
  until: Date | undefined,
  { certificate }: CertifiedAuthority,
): boolean {
  if (crl === undefined) return false;
  return until === undefined || crl.nextUpdate > until || crl.nextUpdate >= certificate.notAfter;
}

/**
 * Whether verifiers may still ask for the CRL of a CA: of every one that has not ended (RFC 5280 §6.3.3), and of a retired one for as
 * long as its last CRL says.
 */
export function offersCrl({ state, certificate }: Authority, latest: Crl | undefined, now: Date): boolean {
  if (certificate === undefined || certificate.notAfter <= now) return false;
  return state !== 'retired' || (latest !== undefined && latest.nextUpdate > now);
}
