import type { Authority } from '../../record/authority.ts';
import type { Refusal } from '../../renewal/rules/refusal.ts';
import type { RotationStep } from '../../rotation/rules/timetable.ts';

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
    | 'renewal-refused'
    /** A run takes a step of a rotation; or an operator has to. */
    | 'rotation-step'
    | 'rotation-due';
  readonly kind: 'service' | 'ca';
  readonly subject: string;
  /** notAfter, nextUpdate, now for what begins in the future, or the time of the run that cannot renew. Before `now` if it is past. */
  readonly at: Date;
  /** The run that renews the certificate or CRL; absent if no run does. */
  readonly repairedAt?: Date;
  readonly refusal?: Refusal;
  /** The command that lets a CA issue again. */
  readonly remedy?: string;
  /** Step of a rotation of the CA. */
  readonly step?: RotationStep;
  /** Present if the certificate of the service was issued from a CSR. */
  readonly keySource?: 'csr';
  /** Number of services below the CA with a certificate that would otherwise still be valid. */
  readonly services?: number;
  readonly keyLocation?: Authority['keyLocation'];
  readonly tier?: Authority['tier'];
}

/** True for an event that makes verifiers reject certificates. */
export const isBreak = ({ name }: ForecastEvent): boolean =>
  name !== 'renewal-refused' && name !== 'rotation-step' && name !== 'rotation-due';
