import { isCertified, type CertifiedAuthority } from './active-issuer.ts';
import type { Authority } from '../../record/authority.ts';

/** Seconds between two looks of a consumer at the bundle (SPIFFE Trust Domain and Bundle §4.1.2). */
export const REFRESH_HINT = 3600;

/**
 * The roots that verifiers must trust now, oldest generation first: one in waiting from the moment a rotation publishes it, one that
 * is draining until it is retired, since overlap is the point. A tainted one as well: whoever stops trusting it at once refuses
 * everybody, so that it goes when its successor is trusted.
 */
export function trustAnchors(authorities: readonly Authority[]): readonly CertifiedAuthority[] {
  return authorities.filter(isCertified).filter(({ tier, state, publishedAt }) => {
    if (tier !== 'root' || state === 'retired') return false;
    return state !== 'prepared' || publishedAt !== undefined;
  });
}

/** Grows with every change of content; never below the time, so that a restored back-up cannot repeat one. */
export function nextBundleSequence(previous: number | undefined, now: Date): number {
  return Math.max((previous ?? 0) + 1, Math.floor(now.getTime() / 1000));
}
