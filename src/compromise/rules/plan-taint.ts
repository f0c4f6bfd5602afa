import { failure } from '../../errors/error.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority, AuthorityCertificate, FurtherCertificate } from '../../record/authority.ts';

export interface TaintRequest {
  readonly id: string;
  /** In the operator's words, for the audit log. */
  readonly reason: string;
  /** Also revoke its certificates: verifiers with the next CRL reject all of its leaves. */
  readonly revoke: boolean;
}

export interface TaintPlan {
  readonly authority: CertifiedAuthority;
  /** False if it is already tainted. */
  readonly taints: boolean;
  /** The certificates of its key that other CAs of this home issued and that are not revoked yet. */
  readonly revokes: readonly AuthorityCertificate[];
  /** The CAs that issued the revoked certificates; their CRLs must list them. */
  readonly revokers: readonly string[];
}

/** The records that a plan needs. */
export interface TaintFacts {
  readonly authorities: readonly Authority[];
  readonly further: readonly FurtherCertificate[];
  readonly isRevoked: (serial: string) => boolean;
}

/** Plans the taint of a compromised CA. Throws ERR_AUTHORITY_UNKNOWN, ERR_TAINT_STATE, ERR_TAINT_REVOKE. */
export function planTaint(
  { authorities, further, isRevoked }: TaintFacts,
  { id, revoke }: Pick<TaintRequest, 'id' | 'revoke'>,
  now: Date,
): TaintPlan {
  const authority = authorities.find(each => each.id === id);
  if (authority === undefined)
    throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: authorities.map(each => each.id) });
  const { state } = authority;
  if (state === 'pending' || state === 'prepared' || state === 'retired')
    throw failure('ERR_TAINT_STATE', { id, state });
  if (!isCertified(authority)) throw failure('ERR_AUTHORITY_PENDING', { id });
  const taints = state !== 'tainted';
  if (!revoke) return { authority, taints, revokes: [], revokers: [] };
  const others = [authority.certificate, ...further.filter(each => each.authorityId === id)].filter(
    ({ issuerId }) => issuerId !== id,
  );
  if (others.length === 0) throw failure('ERR_TAINT_REVOKE', { id });
  const revokes = others.filter(({ serial, notAfter }) => notAfter >= now && !isRevoked(serial));
  return { authority, taints, revokes, revokers: [...new Set(others.map(({ issuerId }) => issuerId))] };
}
