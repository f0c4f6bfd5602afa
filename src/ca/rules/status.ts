// Condenses a CA and its newest CRL into the facts that `ca list`, `ca show` and `status` print, and decides when a CRL is stale.
// `check` uses the same rule for a stale CRL. It is pure.
import type { Authority, AuthorityState } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';

/**
 * The state of the newest CRL of a CA. `none`: the CA has no certificate yet. `not-yet-valid`: it begins in the future. `stale`: it has
 * expired. A verifier that checks revocation rejects every certificate of the CA then, as it does when the CRL is missing (T5 of the
 * field notes).
 */
type CrlState = 'none' | 'fresh' | 'not-yet-valid' | 'stale' | 'missing';

export interface CrlStatus {
  readonly state: CrlState;
  readonly number?: bigint;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly entryCount?: number;
}

export interface AuthorityStatus {
  readonly ca: string;
  readonly tier: Authority['tier'];
  readonly state: AuthorityState;
  readonly expired: boolean;
  /** Present if its certificate begins in the future. */
  readonly notYetValid?: true;
  /** Present if the CA above it revoked its certificate, as a CRL says. */
  readonly revokedAt?: Date;
  readonly keyAlgorithm: Authority['keyAlgorithm'];
  readonly keyLocation: Authority['keyLocation'];
  readonly crl: CrlStatus;
  /** Absent while its certificate is awaited. */
  readonly serial?: string;
  readonly issuedBy?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface AuthorityRow {
  readonly authority: Authority;
  readonly crl?: Crl;
  /** Presigned CRLs, in order. */
  readonly series?: readonly Crl[];
}

export function authorityStatus({ authority, crl }: AuthorityRow, now: Date): AuthorityStatus {
  const { certificate } = authority;
  return {
    ca: authority.id,
    tier: authority.tier,
    state: authority.state,
    expired: certificate !== undefined && certificate.notAfter < now,
    ...(certificate !== undefined && certificate.notBefore > now && { notYetValid: true }),
    ...(authority.revokedAt && { revokedAt: authority.revokedAt }),
    keyAlgorithm: authority.keyAlgorithm,
    keyLocation: authority.keyLocation,
    crl: certificate === undefined ? { state: 'none' } : crlStatus(crl, now),
    ...(certificate && {
      serial: certificate.serial,
      issuedBy: certificate.issuerId,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    }),
  };
}

function crlStatus(crl: Crl | undefined, now: Date): CrlStatus {
  if (crl === undefined) return { state: 'missing' };
  const { number, thisUpdate, nextUpdate, entryCount } = crl;
  const state = isStale(crl, now) ? 'stale' : isFuture(crl, now) ? 'not-yet-valid' : 'fresh';
  return { state, number, thisUpdate, nextUpdate, entryCount };
}

/** Returns true from nextUpdate on, inclusive. OpenSSL rejects from then on, and the strictest verifier decides. */
export const isStale = (crl: Crl, now: Date): boolean => crl.nextUpdate <= now;

/** Returns true for a CRL that begins in the future: verifiers reject it as they reject an expired one. */
export const isFuture = ({ thisUpdate }: Crl, now: Date): boolean => thisUpdate > now;
