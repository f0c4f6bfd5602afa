import type { Authority } from '../../record/authority.ts';

/** What keeps a run from renewing a certificate by itself. */
export type Refusal =
  | 'no-issuer'
  | 'issuer-key-away'
  /** The key is where its CSR came from. */
  | 'csr'
  | 'ttl-share'
  | 'outlives-issuer';

/** What will happen on a date. */
export interface ForecastEvent {
  readonly name: 'certificate-expired' | 'ca-expired' | 'crl-stale' | 'crl-missing' | 'renewal-refused';
  readonly kind: 'service' | 'ca';
  readonly subject: string;
  /** The end itself: notAfter, nextUpdate, or the run that is refused. Before `now` when it has happened already. */
  readonly at: Date;
  /** The run that puts it right; absent: somebody must. */
  readonly mendedAt?: Date;
  /** Why a run did not, or will not, renew it. */
  readonly refusal?: Refusal;
  /** Of a CA: how many services that would still be good end with it. */
  readonly services?: number;
  readonly keyLocation?: Authority['keyLocation'];
  readonly tier?: Authority['tier'];
}

/** What is broken, and not merely about to be. */
export const isBreak = ({ name }: ForecastEvent): boolean => name !== 'renewal-refused';
