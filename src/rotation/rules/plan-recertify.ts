/**
 * Plans the additional certificate for the key of a CA, for `ca extend` and `ca cross-sign`. It signs nothing; the run proves the
 * certificate.
 */
import { failure } from '../../errors/error.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority, FurtherCertificate } from '../../record/authority.ts';

/** An additional certificate for the key of a CA. */
export interface Recertification {
  readonly subject: CertifiedAuthority;
  /** The CA that issues it; a root that is extended issues its own. */
  readonly by: CertifiedAuthority;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** True if it replaces the certificate in the served chain. */
  readonly replaces: boolean;
  /** The expiry that was asked for; absent: it is kept. */
  readonly wantedNotAfter?: Date;
}

interface RecertifyFacts {
  readonly authorities: readonly Authority[];
  readonly further: readonly FurtherCertificate[];
  /** Seconds that certificates are backdated by. */
  readonly backdate: number;
}

/**
 * Plans a later expiry for the same key and name, limited by the CA that issues it. Returns undefined if it would not expire later,
 * unless the present certificate begins in the future: then the new one begins now.
 * `lifetime` is in seconds; absent: the current lifetime. Throws ERR_AUTHORITY_UNKNOWN, ERR_RECERTIFY_STATE.
 */
export function planExtension(
  { authorities, backdate }: RecertifyFacts,
  { id, lifetime }: { readonly id: string; readonly lifetime?: number | undefined },
  now: Date,
): Recertification | undefined {
  const subject = living(id, authorities);
  const { notBefore, notAfter, issuerId } = subject.certificate;
  const by = issuerId === id ? subject : living(issuerId, authorities);
  const seconds = lifetime ?? Math.floor((notAfter.getTime() - notBefore.getTime()) / 1000) - backdate;
  const wanted = new Date(now.getTime() + seconds * 1000);
  const end = by === subject || by.certificate.notAfter > wanted ? wanted : by.certificate.notAfter;
  if (end <= notAfter && notBefore <= now) return undefined;
  const validity = { notBefore: new Date(now.getTime() - backdate * 1000), notAfter: end };
  return { subject, by, ...validity, replaces: true, ...(end < wanted && { wantedNotAfter: wanted }) };
}

/**
 * Plans a cross-certificate by another root; undefined if there is a valid one. Throws ERR_AUTHORITY_UNKNOWN, ERR_RECERTIFY_STATE,
 * ERR_RECERTIFY_BY.
 */
export function planCrossSigning(
  { authorities, further, backdate }: RecertifyFacts,
  { id, byId }: { readonly id: string; readonly byId: string },
  now: Date,
): Recertification | undefined {
  const [subject, by] = [living(id, authorities), living(byId, authorities)];
  if (by.tier !== 'root' || by === subject) throw failure('ERR_RECERTIFY_BY', { id, by: byId });
  const known = [subject.certificate, ...further.filter(({ authorityId }) => authorityId === id)];
  if (known.some(({ issuerId, notAfter }) => issuerId === byId && notAfter >= now)) return undefined;
  const [ours, theirs] = [subject.certificate.notAfter, by.certificate.notAfter];
  const notBefore = new Date(now.getTime() - backdate * 1000);
  return { subject, by, notBefore, notAfter: ours < theirs ? ours : theirs, replaces: false };
}

function living(id: string, authorities: readonly Authority[]): CertifiedAuthority {
  const authority = authorities.find(each => each.id === id);
  if (authority === undefined)
    throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: authorities.map(each => each.id) });
  const { state } = authority;
  if (!isCertified(authority) || state === 'pending') throw failure('ERR_AUTHORITY_PENDING', { id });
  if (state === 'retired' || state === 'tainted') throw failure('ERR_RECERTIFY_STATE', { id, state });
  return authority;
}
