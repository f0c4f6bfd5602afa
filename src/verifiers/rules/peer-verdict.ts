/** Finds the wrong verdict of one verifier about one leaf at one time. The proof calls it; it knows no phase and no rotation. */
import { nameToString } from '../../pki/name/name.ts';
import { firstMatchChain } from '../../pki/path/first-match.ts';
import { DEFAULT_LIMITS, startBudget } from '../../pki/path/budget.ts';
import { certificateLabel, type PathCertificate } from '../../pki/path/path-certificate.ts';
import type { PathCrl } from '../../pki/path/path-crl.ts';
import type { Refusal } from '../../pki/path/refusal.ts';
import { revocationRefusal } from '../../pki/path/revocation.ts';
import { trustStoreOf } from '../../pki/path/trust-store.ts';
import { validatePath, type PathVerdict } from '../../pki/path/validate-path.ts';
import type { LeafClass, Role } from './leaf-class.ts';

/**
 * The ways in which verifiers build a path. Ours, Go and Java's builder try every path. OpenSSL and GnuTLS keep the first issuer that
 * matches by name and key identifier. Others take the first certificate and CRL of that name.
 */
const VERIFIERS = ['every-path', 'first-match', 'first-of-name'] as const;
type Verifier = (typeof VERIFIERS)[number];

/** The trust bundle and CRLs of one verifier, which needs a CRL of every CA in a path (`crl_check_all`). */
export interface VerifierState {
  readonly bundle: string;
  readonly crlSet: string;
  readonly anchors: readonly PathCertificate[];
  readonly crls: readonly PathCrl[];
}

/** A wrong verdict about a leaf. */
export interface PeerFault {
  readonly kind: 'good-refused' | 'revoked-accepted';
  readonly verifiers: readonly Verifier[];
  /** In words. */
  readonly certificate: string;
  /** The reason of the verdict; undefined for a revoked leaf that a CRL does not list. */
  readonly refusal: Refusal | undefined;
}

/** Returns undefined if every verifier accepts a valid leaf, or rejects a revoked leaf as revoked. */
export function peerFault(
  leaf: PathCertificate,
  { chain, revoked }: Pick<LeafClass, 'chain' | 'revoked'>,
  state: VerifierState,
  role: Role,
  clock: Date,
): PeerFault | undefined {
  if (revoked) return revokedFault(leaf, chain, state, role, clock);
  const every = askEveryPath(leaf, chain, state, role, clock);
  const refused = VERIFIERS.flatMap(verifier => {
    const verdict = verifier === 'every-path' ? every : askFirstMatch(leaf, chain, state, role, clock, verifier, every);
    return verdict.accepted ? [] : [{ verifier, verdict }];
  });
  const first = refused[0]?.verdict;
  if (first === undefined) return undefined;
  return {
    kind: 'good-refused',
    verifiers: refused.map(({ verifier }) => verifier),
    ...refusedCertificate(first),
  };
}

/**
 * Requires a CRL that revokes the leaf where a verifier without CRLs would accept it. Some verifiers treat a missing or expired CRL as one
 * without entries.
 */
function revokedFault(
  leaf: PathCertificate,
  chain: readonly PathCertificate[],
  state: VerifierState,
  role: Role,
  clock: Date,
): PeerFault | undefined {
  const blind = validatePath(leaf, trustStoreOf(state.anchors, []), {
    intermediates: withoutAnchors(chain, state),
    now: clock,
    purpose: role,
  });
  if (!blind.accepted) return undefined;
  if (isListed(leaf, blind.path[1]!, state, clock)) return undefined;
  const verdict = askEveryPath(leaf, chain, state, role, clock);
  if (!verdict.accepted && verdict.tried.some(({ refusal }) => refusal.code === 'revoked')) return undefined;
  return {
    kind: 'revoked-accepted',
    verifiers: VERIFIERS,
    certificate: nameOf(leaf),
    refusal: verdict.accepted ? undefined : verdict.reason,
  };
}

/** Checks the CRL of the issuing CA alone, whatever is wrong above it. */
function isListed(leaf: PathCertificate, issuer: PathCertificate, { crls }: VerifierState, clock: Date): boolean {
  const found = revocationRefusal(leaf, {
    crls: crls.filter(({ issuerName }) => issuerName === issuer.subjectName),
    signers: [issuer],
    isTrusted: () => false,
    now: clock,
    budget: startBudget(DEFAULT_LIMITS),
  });
  return found?.code === 'revoked';
}

const askEveryPath = (
  leaf: PathCertificate,
  chain: readonly PathCertificate[],
  state: VerifierState,
  role: Role,
  clock: Date,
): PathVerdict =>
  validatePath(leaf, trustStoreOf(state.anchors, [], state.crls), {
    intermediates: withoutAnchors(chain, state),
    now: clock,
    purpose: role,
  });

const withoutAnchors = (chain: readonly PathCertificate[], { anchors }: VerifierState) =>
  chain.filter(certificate => !anchors.includes(certificate));

/** Returns the verdict about the first matching path; `every` is returned for the same path and the same CRLs. */
function askFirstMatch(
  leaf: PathCertificate,
  sent: readonly PathCertificate[],
  { anchors, crls }: VerifierState,
  role: Role,
  clock: Date,
  verifier: Exclude<Verifier, 'every-path'>,
  every: PathVerdict,
): PathVerdict {
  const match = verifier === 'first-of-name' ? 'name' : 'key-identifier';
  const { chain, anchor } = firstMatchChain(leaf, sent, anchors, match);
  const usable = match === 'name' ? firstOfEachName(crls) : crls;
  const path = anchor === undefined ? chain : [...chain, anchor];
  const same = every.accepted && usable.length === crls.length && isSame(path, every.path);
  if (same) return every;
  const trust = trustStoreOf(anchor === undefined ? [] : [anchor], [], usable);
  return validatePath(leaf, trust, { intermediates: chain.slice(1), now: clock, purpose: role });
}

const isSame = (a: readonly PathCertificate[], b: readonly PathCertificate[]): boolean =>
  a.length === b.length && a.every((certificate, index) => certificate === b[index]);

const firstOfEachName = (crls: readonly PathCrl[]): readonly PathCrl[] =>
  crls.filter((crl, index) => crls.findIndex(({ issuerName }) => issuerName === crl.issuerName) === index);

/** Returns the certificate of a refusal: the one that it names, or else the last of the path. */
function refusedCertificate({
  reason,
  tried,
}: Extract<PathVerdict, { accepted: false }>): Pick<PeerFault, 'certificate' | 'refusal'> {
  const { certificates, about } = tried.find(({ refusal }) => refusal === reason)!;
  if (about === undefined) return { certificate: nameOf(certificates.at(-1)!), refusal: reason };
  return { certificate: nameOf(about.certificate), refusal: { ...reason, message: about.message } };
}

/** Names a certificate with its issuer, because a CA may have several certificates. */
function nameOf(certificate: PathCertificate): string {
  const { selfIssued, tbs } = certificate;
  return `${certificateLabel(certificate)} (${selfIssued ? 'self-issued' : `issued by ${nameToString(tbs.issuer)}`})`;
}
