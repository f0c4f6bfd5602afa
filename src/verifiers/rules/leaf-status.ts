import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { FurtherCertificate } from '../../record/authority.ts';

/**
 * The effect of the state of a CA on its leaves. `revoked`: every certificate of the CA is revoked or expired, and at least one is
 * revoked, so verifiers reject all of its leaves (RFC 5280 §6.1.3 (a) (3)). `disowned`: verifiers may accept or reject the leaves.
 * `own`: each leaf has the status that the CRL of the CA gives it.
 */
export type LeafStatus = 'own' | 'disowned' | 'revoked';

export function leafStatusFromCa(
  { id, state, certificate }: CertifiedAuthority,
  further: readonly FurtherCertificate[],
  isRevoked: (serial: string) => boolean,
  now: Date,
): LeafStatus {
  const all = [certificate, ...further.filter(({ authorityId }) => authorityId === id)];
  const isLeft = all.some(({ serial, notAfter }) => notAfter >= now && !isRevoked(serial));
  if (!isLeft && all.some(({ serial }) => isRevoked(serial))) return 'revoked';
  return state === 'tainted' || state === 'retired' ? 'disowned' : 'own';
}
