import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';

/** Decides if a CA needs no further CRL after this one: it expires after `until`, or with the CA. */
export function lastCrlReaches(
  crl: Crl | undefined,
  until: Date | undefined,
  { certificate }: CertifiedAuthority,
): boolean {
  if (crl === undefined) return false;
  return until === undefined || crl.nextUpdate > until || crl.nextUpdate >= certificate.notAfter;
}

/**
 * Decides if verifiers may still need the CRL of a CA. They do until the CA expires (RFC 5280 §6.3.3); if it is retired, until its
 * last CRL expires.
 */
export function offersCrl({ state, certificate }: Authority, latest: Crl | undefined, now: Date): boolean {
  if (certificate === undefined || certificate.notAfter <= now) return false;
  return state !== 'retired' || (latest !== undefined && latest.nextUpdate > now);
}
