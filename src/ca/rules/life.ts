import type { CertifiedAuthority } from './active-issuer.ts';

/**
 * Returns the validity of a CA from its creation to its expiry. Its certificate may begin later: a root rotation issues a new one for the
 * same key.
 */
export function lifeOf({
  createdAt,
  certificate: { notBefore, notAfter },
}: Pick<CertifiedAuthority, 'createdAt'> & {
  readonly certificate: Pick<CertifiedAuthority['certificate'], 'notBefore' | 'notAfter'>;
}): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: createdAt < notBefore ? createdAt : notBefore, notAfter };
}
