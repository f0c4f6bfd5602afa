import type { Authority } from '../../record/authority.ts';

/** Why a scheduled run cannot renew a certificate. */
export type Refusal =
  | 'no-issuer'
  | 'issuer-key-away'
  /** The certificate was issued from a CSR. */
  | 'csr'
  | 'ttl-share'
  | 'outlives-issuer';

/** An expiry or a refused renewal at a predicted time. */
export interface ForecastEvent {
  readonly name:
    | 'certificate-expired'
    | 'certificate-not-yet-valid'
    | 'ca-expired'
    | 'ca-not-yet-valid'
    | 'crl-stale'
    | 'crl-not-yet-valid'
    | 'crl-missing'
    | 'renewal-refused';
  readonly kind: 'service' | 'ca';
  readonly subject: string;
  /** notAfter, nextUpdate, now for what begins in the future, or the time of the run that cannot renew. Before `now` if it is past. */
  readonly at: Date;
  /** The run that renews the certificate or CRL; absent if no run does. */
  readonly repairedAt?: Date;
  readonly refusal?: Refusal;
  /** Present if the certificate of the service was issued from a CSR. */
  readonly keySource?: 'csr';
  /** Number of services below the CA with a certificate that would otherwise still be valid. */
  readonly services?: number;
  readonly keyLocation?: Authority['keyLocation'];
  readonly tier?: Authority['tier'];
}

/** True for an event that makes verifiers reject certificates. */
export const isBreak = ({ name }: ForecastEvent): boolean => name !== 'renewal-refused';
