import type { CrlReason } from '../pki/crl/revocation-reason.ts';

export interface Revocation {
  readonly serial: string;
  readonly authorityId: string;
  /** Never after the thisUpdate of a CRL that lists it. */
  readonly revokedAt: Date;
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
  /** Of the certificate: its entry stays until one regular CRL after this has listed it (RFC 5280 §3.3). */
  readonly notAfter: Date;
}
