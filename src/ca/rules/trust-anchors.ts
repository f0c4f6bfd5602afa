import { isCertified, type CertifiedAuthority } from './active-issuer.ts';
import type { Authority } from '../../record/authority.ts';

/** Seconds after which a consumer reads the bundle again (SPIFFE Trust Domain and Bundle §4.1.2). */
export const REFRESH_HINT = 3600;

/**
 * Returns the roots that verifiers must trust now, oldest generation first. A prepared root is included once it is published, a draining
 * one until it is retired. A tainted root stays too: without it verifiers would reject every certificate until they have its successor.
 */
export function trustAnchors(authorities: readonly Authority[]): readonly CertifiedAuthority[] {
  return authorities.filter(isCertified).filter(({ tier, state, publishedAt }) => {
    if (tier !== 'root' || state === 'retired') return false;
    return state !== 'prepared' || publishedAt !== undefined;
  });
}

/** Returns the next sequence of the bundle. It is at least the time, so a restored backup cannot repeat one. */
export function nextBundleSequence(previous: number | undefined, now: Date): number {
  return Math.max((previous ?? 0) + 1, Math.floor(now.getTime() / 1000));
}
