/**
 * Answers which CA issues now, and which chain leads from it to its root. Issuing, renewal, rotation and monitoring call it; it reads
 * nothing.
 */
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Authority, AuthorityCertificate, OwnTier } from '../../record/authority.ts';

export type CertifiedAuthority = Authority & { readonly certificate: AuthorityCertificate };

/** Returns the CA that issues leaves: the active issuing CA, or the root where there is one tier. Throws ERR_NO_ISSUER, ERR_ISSUER_*. */
export function activeIssuer(authorities: readonly Authority[], now: Date): CertifiedAuthority {
  const tier = leafTier(authorities);
  const begun = authorities.filter(({ certificate }) => certificate !== undefined && certificate.notBefore <= now);
  // while the newest begins in the future, the one before it issues
  const active = newestActive(begun, tier) ?? newestActive(authorities, tier);
  if (active === undefined) {
    const inState = (state: Authority['state']) => authorities.find(each => each.tier === tier && each.state === state);
    const [pending, tainted] = [inState('pending')?.id, inState('tainted')?.id];
    throw failure('ERR_NO_ISSUER', {
      ...(pending !== undefined && { pending }),
      ...(tainted !== undefined && { tainted }),
    });
  }
  const { notBefore, notAfter } = active.certificate;
  if (active.revokedAt !== undefined) {
    throw failure('ERR_ISSUER_REVOKED', { id: active.id, tier: active.tier, revokedAt: instantText(active.revokedAt) });
  }
  if (notBefore > now) {
    const begins = chainToRoot(active, authorities).filter(each => each.certificate.notBefore > now);
    throw failure('ERR_ISSUER_NOT_YET', {
      ...{ id: active.id, notBefore: instantText(notBefore), now: instantText(now) },
      // a CA is certified by one that is valid
      begins: begins.reverse().map(each => ({ ca: each.id, keyLocation: certifierKey(each, authorities) })),
    });
  }
  if (notAfter < now) throw failure('ERR_ISSUER_EXPIRED', { id: active.id, notAfter: instantText(notAfter) });
  return active;
}

/** Returns the tier whose CAs issue leaves. */
export const leafTier = (authorities: readonly Authority[]): Authority['tier'] =>
  authorities.some(({ tier }) => tier === 'issuing') ? 'issuing' : 'root';

/** Returns the tier of a CA that this home creates or rotates. */
export const ownTier = ({ tier }: Pick<Authority, 'tier'>): OwnTier => (tier === 'root' ? 'root' : 'issuing');

/** Returns the certifier of an issuing CA's successor: the policy CA that certified the issuing CA, else the root. */
export function certifier(authorities: readonly Authority[], from: CertifiedAuthority): CertifiedAuthority | undefined {
  const current = authorities.find(({ id }) => id === from.certificate.issuerId);
  return (
    (current?.tier === 'policy' ? newestActive(authorities, 'policy') : undefined) ?? newestActive(authorities, 'root')
  );
}

/** Returns the location of the key that signs the certificate of a CA; a root signs its own. */
export const certifierKey = (
  { certificate }: Pick<Authority, 'certificate'>,
  authorities: readonly Authority[],
): Authority['keyLocation'] => authorities.find(({ id }) => id === certificate?.issuerId)?.keyLocation ?? 'foreign';

/** Returns the newest active CA of a tier. Between activating and draining a rotation has two; leaves of the older one are not due yet. */
export const newestActive = (
  authorities: readonly Authority[],
  tier: Authority['tier'],
): CertifiedAuthority | undefined =>
  authorities
    .filter(isCertified)
    .filter(each => each.tier === tier && each.state === 'active')
    .reduce<CertifiedAuthority | undefined>(
      (newest, each) => (newest === undefined || each.generation > newest.generation ? each : newest),
      undefined,
    );

/** Returns the CA that a rotation of the tier replaces: the newest active one, or else the tainted one. */
export const replaceable = (
  authorities: readonly Authority[],
  tier: Authority['tier'],
): CertifiedAuthority | undefined =>
  newestActive(authorities, tier) ??
  authorities.filter(isCertified).findLast(each => each.tier === tier && each.state === 'tainted');

export const isCertified = (authority: Authority): authority is CertifiedAuthority =>
  authority.certificate !== undefined;

/** Returns the chain from a CA up to its root; without the root when the manifest does not have it. */
export function chainToRoot(
  authority: CertifiedAuthority,
  authorities: readonly Authority[],
): readonly CertifiedAuthority[] {
  const chain: CertifiedAuthority[] = [];
  let next: Authority | undefined = authority;
  while (next !== undefined && isCertified(next) && !chain.includes(next)) {
    chain.push(next);
    const issuerId: string = next.certificate.issuerId;
    next = authorities.find(({ id }) => id === issuerId);
  }
  return chain;
}

/** Returns the chain without its root, as a server sends it after its leaf. */
export const chainBelowRoot = (chain: readonly CertifiedAuthority[]): readonly CertifiedAuthority[] =>
  chain.filter(({ id, certificate }) => certificate.issuerId !== id);
