import { chainBelowRoot, chainToRoot, type CertifiedAuthority } from './active-issuer.ts';
import type { Authority, FurtherCertificate } from '../../record/authority.ts';
import { trustAnchors } from './trust-anchors.ts';

/**
 * Returns the DER of the chain that a server sends after its leaf, without the root. A cross-certificate of that root by another trusted
 * root is included: a verifier that has only the other root builds its path with it (RFC 9810 §4.4).
 */
export function servedChain(
  issuer: CertifiedAuthority,
  authorities: readonly Authority[],
  further: readonly FurtherCertificate[],
): readonly Uint8Array[] {
  const chain = chainToRoot(issuer, authorities);
  const root = chain.at(-1)!;
  const trusted = new Set(trustAnchors(authorities).map(({ id }) => id));
  const crossed = further.filter(({ authorityId, issuerId }) => {
    return root.tier === 'root' && authorityId === root.id && issuerId !== root.id && trusted.has(issuerId);
  });
  return [...chainBelowRoot(chain).map(({ certificate }) => certificate.der), ...crossed.map(({ der }) => der)];
}
