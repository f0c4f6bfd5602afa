import { failure } from '../errors.ts';
import type { Authority, AuthorityCertificate } from './model.ts';

export type CertifiedAuthority = Authority & { readonly certificate: AuthorityCertificate };

/** The CA that signs leaves now: the active issuing CA, or the root where there is one tier. */
export function activeIssuer(authorities: readonly Authority[], now: Date): CertifiedAuthority {
  const issuing = authorities.filter(({ tier }) => tier === 'issuing');
  const candidates = issuing.length > 0 ? issuing : authorities;
  const active = candidates.filter(isCertified).find(({ state }) => state === 'active');
  if (active === undefined) {
    const pending = candidates.find(({ state }) => state === 'pending');
    throw failure('ERR_NO_ISSUER', pending === undefined ? {} : { pending: pending.id });
  }
  const { notAfter } = active.certificate;
  if (notAfter < now) throw failure('ERR_ISSUER_EXPIRED', { id: active.id, notAfter: notAfter.toISOString() });
  return active;
}

export const isCertified = (authority: Authority): authority is CertifiedAuthority =>
  authority.certificate !== undefined;

/** From the signing CA up to, and without, the root: what a server sends behind its leaf. */
export function chainAbove(
  authority: CertifiedAuthority,
  authorities: readonly Authority[],
): readonly CertifiedAuthority[] {
  const chain: CertifiedAuthority[] = [];
  let next: Authority | undefined = authority;
  while (next !== undefined && isCertified(next) && next.certificate.issuerId !== next.id && !chain.includes(next)) {
    chain.push(next);
    const issuerId: string = next.certificate.issuerId;
    next = authorities.find(({ id }) => id === issuerId);
  }
  return chain;
}
