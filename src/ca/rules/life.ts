import type { CertifiedAuthority } from './active-issuer.ts';

/**
 * From when a CA was made to its end. Its certificate alone may say less: a root rotation gives the same key one that begins only then.
 */
export function lifeOf({ createdAt, certificate: { notBefore, notAfter } }: CertifiedAuthority): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: createdAt < notBefore ? createdAt : notBefore, notAfter };
}
