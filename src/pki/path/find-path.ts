// Searches a path from a certificate to a trust anchor, and records in `tried` why each other path was rejected.
// `validate-path.ts` calls it, and it calls itself for the issuer of a CRL. The budget bounds the search; it fetches nothing.
import { equalBytes } from '../bytes.ts';
import { nameToString } from '../name/name.ts';
import { spend } from './budget.ts';
import { certificateLabel, type PathCertificate } from './path-certificate.ts';
import { policyRefusal, type PolicyInputs } from './policy.ts';
import { refusal, type Refusal } from './refusal.ts';
import { revocationRefusal } from './revocation.ts';
import { intermediates, issuerRefusal, standingRefusal, type Circumstances } from './standing.ts';
import type { TrustStore } from './trust-store.ts';

/** A partial path from the target upwards, and the reason for rejecting it. */
export interface TriedPath {
  readonly certificates: readonly PathCertificate[];
  readonly refusal: Refusal;
  /** The certificate of the refusal, if it is not the last one, and the message without its name. */
  readonly about?: { readonly certificate: PathCertificate; readonly message: string };
}

export interface Search extends Circumstances {
  readonly store: TrustStore;
  readonly policies: PolicyInputs;
  readonly tried: TriedPath[];
  /** The only permitted anchor; undefined for any anchor. */
  readonly anchor?: PathCertificate;
  /** Issuers of CRLs whose own paths are being searched. */
  readonly pending: ReadonlySet<PathCertificate>;
}

/** Depth first with backtracking (RFC 4158 §2.4): returns the first path from the target to an anchor that passes every check. */
export function findPath(target: PathCertificate, search: Search): readonly PathCertificate[] | undefined {
  return extend([target], search);
}

function extend(below: readonly PathCertificate[], search: Search): readonly PathCertificate[] | undefined {
  const { store, budget, tried } = search;
  const child = below.at(-1)!;
  const candidates = issuersOf(child, search);
  if (candidates.length === 0) {
    const words = `no certificate of its issuer ${nameToString(child.tbs.issuer)} was found`;
    tried.push({ certificates: below, refusal: refusal('no-issuer', words) });
  }
  for (const issuer of candidates) {
    const isAnchor = store.anchors.has(issuer);
    const path = [...below, issuer];
    const found =
      spend(budget, 'candidates') ??
      repeatRefusal(below, issuer) ??
      depthRefusal(path, isAnchor, budget.limits.depth) ??
      issuerRefusal(below, issuer, isAnchor, search);
    const fault = found !== undefined ? { refusal: found } : isAnchor ? wholePathFault(path, search) : undefined;
    if (fault !== undefined) tried.push({ certificates: path, ...fault });
    else if (isAnchor) return path;
    else {
      const whole = extend(path, search);
      if (whole !== undefined) return whole;
    }
    if (budget.spent !== undefined) return undefined;
  }
  return undefined;
}

/** Sorts possible issuers: anchors first, then the key that the child names, then the newest (RFC 4158 §3.5). */
function issuersOf(child: PathCertificate, { store, anchor }: Search): readonly PathCertificate[] {
  const all = store.named(child.issuerName);
  const usable = anchor === undefined ? all : all.filter(issuer => issuer === anchor || !store.anchors.has(issuer));
  if (usable.length < 2) return usable;
  const wanted = child.extensions.authorityKeyIdentifier?.value.keyIdentifier;
  const rank = (issuer: PathCertificate): number => {
    const own = issuer.extensions.subjectKeyIdentifier?.value;
    const otherKey = wanted !== undefined && own !== undefined && !equalBytes(wanted, own);
    return (otherKey ? 2 : 0) + (store.anchors.has(issuer) ? 0 : 1);
  };
  return [...usable].sort(
    (a, b) => rank(a) - rank(b) || b.tbs.notBefore.date.getTime() - a.tbs.notBefore.date.getTime(),
  );
}

/** Rejects an issuer whose name and key are already in the path (RFC 4158 §5.2). */
function repeatRefusal(below: readonly PathCertificate[], issuer: PathCertificate): Refusal | undefined {
  return below.some(({ entity }) => entity === issuer.entity)
    ? refusal('loop', 'its name and key are already in the path')
    : undefined;
}

function depthRefusal(path: readonly PathCertificate[], isAnchor: boolean, limit: number): Refusal | undefined {
  const depth = intermediates(isAnchor ? path.slice(0, -1) : path);
  return depth <= limit ? undefined : refusal('too-deep', `the path needs more than ${limit} intermediates`);
}

/** Checks the complete path: policies, and the CRL of every certificate below the anchor. */
function wholePathFault(path: readonly PathCertificate[], search: Search): Omit<TriedPath, 'certificates'> | undefined {
  const policy = policyRefusal(path, search.policies);
  if (policy !== undefined) return { refusal: policy };
  if (search.store.crls === undefined) return undefined;
  // from the anchor down: a CRL is only as trustworthy as its issuer
  for (let i = path.length - 2; i >= 0; i--) {
    const certificate = path[i]!;
    const found = revocationOf(certificate, path[i + 1]!, path.at(-1)!, search);
    if (found === undefined) continue;
    const { message } = found;
    return {
      refusal: { ...found, message: `${certificateLabel(certificate)}: ${message}` },
      about: { certificate, message },
    };
  }
  return undefined;
}

function revocationOf(
  certificate: PathCertificate,
  issuer: PathCertificate,
  anchor: PathCertificate,
  search: Search,
): Refusal | undefined {
  const { store, now, budget, pending } = search;
  const others = store.named(issuer.subjectName).filter(other => other.entity !== issuer.entity);
  return revocationRefusal(certificate, {
    crls: store.crls?.get(issuer.subjectName) ?? [],
    signers: [issuer, ...others],
    // the search for this issuer's own path is in progress
    isTrusted: signer => signer === anchor || pending.has(signer) || isSignerTrusted(signer, anchor, search),
    now,
    budget,
  });
}

/** Decides that the path of a CRL's issuer ends at the same anchor (§6.3.3 (f)). */
function isSignerTrusted(signer: PathCertificate, anchor: PathCertificate, search: Search): boolean {
  if (search.store.anchors.has(signer)) return false;
  const inner: Search = {
    ...search,
    purpose: 'any',
    tried: [],
    anchor,
    pending: new Set([...search.pending, signer]),
  };
  return standingRefusal(signer, false, inner) === undefined && findPath(signer, inner) !== undefined;
}
