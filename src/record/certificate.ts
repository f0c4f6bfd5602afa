/** State of a certificate. `intent`: perhaps issued (a crash before the result). `superseded`: replaced, still valid and revocable. */
export type CertificateState = 'intent' | 'current' | 'superseded' | 'revoked';

export interface Certificate {
  /** Lower-case hex of the positive integer, two digits a byte, no leading zero byte. */
  readonly serial: string;
  readonly authorityId: string;
  readonly service: string;
  readonly state: CertificateState;
  readonly spiffeId: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the to-be-signed bytes, lower-case hex; the finished certificate must match it. */
  readonly tbsSha256: string;
  /** Absent for an intent. */
  readonly der?: Uint8Array;
  /** Origin of the private key. */
  readonly keySource: 'generated' | 'csr' | 'file';
  readonly issuedAt: Date;
}
