import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { FurtherCertificate } from '../../record/authority.ts';

/**
 * What a CA that is done with makes of the leaves it signed. `revoked`: no certificate of it is left that is neither revoked nor
 * expired, so that verifiers refuse everything below it (RFC 5280 §6.1.3 (a) (3)). `disowned`: nobody may count on them any more,
 * accepted or not. `own`: each is what the CA says of it.
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
