import type { CrlReason } from '../pki/crl/revocation-reason.ts';

export interface Revocation {
  readonly serial: string;
  readonly authorityId: string;
  /** Never after the thisUpdate of a CRL that lists it. */
  readonly revokedAt: Date;
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
  /** notAfter of the certificate. Its entry stays until a regular CRL after this time has listed it (RFC 5280 §3.3). */
  readonly notAfter: Date;
}
