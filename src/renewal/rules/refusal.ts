// Decides if a scheduled renewal will be refused, and why. `check` and `forecast` ask it about the same times, so they agree.
// A run refuses by the same limits: `leafEnd` has the rules for a leaf.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { leafEnd } from '../../policy/rules/decide-spec.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Certificate } from '../../record/certificate.ts';

/** Why a scheduled run cannot renew a certificate. */
export type Refusal =
  | 'no-issuer'
  | 'issuer-key-away'
  /** The certificate was issued from a CSR. */
  | 'csr'
  | 'ttl-share'
  | 'outlives-issuer';

/** Tests for a refusal that ends when a CA can issue: the service needs no change. */
export const needsIssuer = (refusal: Refusal | undefined): boolean =>
  refusal === 'no-issuer' || refusal === 'issuer-key-away';

/** The renewal of one certificate. */
interface Renewal {
  readonly keySource: Certificate['keySource'];
  /** Seconds. */
  readonly ttl: number;
}

/** An issuing CA, or a planned one. */
export type RenewalIssuer = Pick<CertifiedAuthority, 'id' | 'keyLocation' | 'createdAt'> & {
  readonly certificate: Pick<CertifiedAuthority['certificate'], 'notBefore' | 'notAfter'>;
};

/** Returns the expiry of the certificate that a run at `at` issues, or the reason why it issues none. `issuer`: the CA that issues then. */
export function renewalResult(
  { keySource, ttl }: Renewal,
  issuer: RenewalIssuer | undefined,
  { notAfterPolicy }: Pick<Policy['leaf'], 'notAfterPolicy'>,
  at: Date,
): { readonly refusal: Refusal } | { readonly notAfter: Date } {
  if (issuer === undefined || issuer.certificate.notAfter < at || issuer.certificate.notBefore > at) {
    return { refusal: 'no-issuer' };
  }
  if (issuer.keyLocation !== 'file') return { refusal: 'issuer-key-away' };
  if (keySource === 'csr') return { refusal: 'csr' };
  return leafEnd(ttl, lifeOf(issuer), notAfterPolicy, at);
}
