import { failure } from '../errors.ts';
import { instantText } from '../instant-text.ts';
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
  const { notBefore, notAfter } = active.certificate;
  if (notBefore > now) {
    throw failure('ERR_ISSUER_NOT_YET', { id: active.id, notBefore: instantText(notBefore), now: instantText(now) });
  }
  if (notAfter < now) throw failure('ERR_ISSUER_EXPIRED', { id: active.id, notAfter: instantText(notAfter) });
  return active;
}

export const isCertified = (authority: Authority): authority is CertifiedAuthority =>
  authority.certificate !== undefined;

/** From the signing CA up to the root; without it when the manifest does not have it. */
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

/** What a server sends behind its leaf: the chain without its root. */
export const chainBelowRoot = (chain: readonly CertifiedAuthority[]): readonly CertifiedAuthority[] =>
  chain.filter(({ id, certificate }) => certificate.issuerId !== id);
