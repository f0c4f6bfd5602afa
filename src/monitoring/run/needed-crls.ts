import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { publishedTrust } from '../../publication/run/published-trust.ts';
import type { Authority } from '../../record/authority.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { NeededCrl } from '../rules/consumer.ts';

/** Lists the CAs whose certificates verifiers still accept, and so need a CRL for. */
export function neededCrls(
  pki: Pick<Pki, 'world' | 'home' | 'manifest'>,
  policy: Policy,
  authorities: readonly Authority[],
  at: Date,
): readonly NeededCrl[] {
  const { crls } = publishedTrust(pki, policy);
  return authorities
    .filter(isCertified)
    .filter(({ state, certificate }) => state !== 'retired' && certificate.notAfter >= at)
    .map(({ id: ca, tier }) => {
      const { latest: lastRevocation } = pki.manifest.revocationTotals(ca);
      const lifetime = tier === 'root' ? policy.crl.rootLifetime : policy.crl.lifetime;
      const published = crls.get(ca)?.number;
      return {
        ...{ ca, lifetime },
        ...(published !== undefined && { published }),
        ...(lastRevocation && { lastRevocation }),
      };
    });
}
