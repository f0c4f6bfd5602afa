import type { CrlReason } from '../pki/crl/revocation-reason.ts';

export interface Revocation {
  readonly serial: string;
  readonly authorityId: string;
  /** A CRL with an earlier thisUpdate lists it with that date. */
  readonly revokedAt: Date;
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
  /** notAfter of the certificate. CRLs list it until a regular CRL after this time has listed it (RFC 5280 §3.3). */
  readonly notAfter: Date;
}
