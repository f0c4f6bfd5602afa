// Decides which files of a look come into force: identity, anchors and CRLs, each as far as possible by itself.
// `source.ts` calls it after each look. A fault becomes a problem, and the files in force stay in force. It reads no file and no
// clock.
import type { TrustDomain } from '../pki/name/spiffe-id.ts';
import { DEFAULT_LIMITS, startBudget } from '../pki/path/budget.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import { revocationRefusal } from '../pki/path/revocation.ts';
import { trustStoreOf } from '../pki/path/trust-store.ts';
import { validatePath } from '../pki/path/validate-path.ts';
import { equalBytes } from '../pki/bytes.ts';
import type { LoadedCrl } from './crl-file.ts';
import { shelve, type Shelved } from './crl-shelf.ts';
import type { Identity } from './identity.ts';
import { critical, isProblem, problem, refused, type Problem } from './problem.ts';
import { isSameBundle, isSameTrust, makeTrust, type Bundle, type Trust } from './trust.ts';

/** The content of the files now. */
export interface Found {
  readonly identity: Identity | Problem;
  readonly bundles: readonly FoundBundle[];
  /** Undefined if revocation checking is disabled. */
  readonly crls: FoundCrls | undefined;
}

export interface FoundBundle {
  /** Undefined for the own trust domain, which the identity may name. */
  readonly trustDomain: TrustDomain | undefined;
  readonly checksRevocation: boolean;
  readonly content: { readonly file: string; readonly anchors: readonly PathCertificate[] } | Problem;
  /** False: the file was changed a moment ago, so it may be half of a copy. */
  readonly isSettled: boolean;
}

export interface FoundCrls {
  readonly crls: readonly LoadedCrl[];
  readonly problems: readonly Problem[];
}

/** The identity and the trust in force. */
export interface InForce {
  readonly identity: Identity;
  readonly trust: Trust;
}

export interface Demands {
  readonly id: string | undefined;
  readonly trustDomain: TrustDomain | undefined;
}

export interface Settled {
  /** Undefined only at the start, if the files are not valid. */
  readonly inForce: InForce | undefined;
  readonly problems: readonly Problem[];
}

/** Decides which files come into force. At the start, `before` is undefined and every fault of the own files prevents it. */
export function settle(
  found: Found,
  before: InForce | undefined,
  demands: Demands,
  signers: readonly PathCertificate[],
  now: Date,
): Settled {
  const problems: Problem[] = [];
  const note = (...found: readonly Problem[]): void => void problems.push(...found);
  const offered = acceptable(found.identity, demands, before?.trust.own, note);
  const own = demands.trustDomain ?? before?.trust.own ?? trustDomainOfId(offered?.id);
  if (own === undefined) {
    if (offered !== undefined) {
      note(
        problem('no-svid', offered.file, 'the certificate is not an X509-SVID: name the trust domain of the anchors'),
      );
    }
    return { inForce: undefined, problems };
  }
  const bundles = settleBundles(found.bundles, before?.trust.bundles, own, note);
  const identities = [offered, before?.identity].filter(each => each !== undefined);
  const ownBundles = [bundles.get(own), before?.trust.bundles.get(own)].filter(each => each !== undefined);
  // new with new, then the old identity with new anchors: a broken certificate must not delay them; then new with old
  const pairs = ownBundles.flatMap((bundle, first) =>
    identities.map((identity, second) => ({ bundle, identity, rank: first * 2 + second })),
  );
  let path: readonly PathCertificate[] | undefined;
  let chosen: (typeof pairs)[number] | undefined;
  for (const pair of pairs.sort((a, b) => a.rank - b.rank)) {
    const verdict = pathOf(pair.identity, pair.bundle, pair.identity === before?.identity, now);
    if (isProblem(verdict)) {
      if (pair.rank === 0) note(verdict);
    } else {
      [path, chosen] = [verdict, pair];
      break;
    }
  }
  if (chosen === undefined || path === undefined) {
    if (before === undefined) return { inForce: undefined, problems };
    [path, chosen] = [
      [before.identity.leaf],
      { bundle: before.trust.bundles.get(own)!, identity: before.identity, rank: 3 },
    ];
  }
  bundles.set(own, chosen.bundle);
  const known = [...[...bundles.values()].flatMap(({ anchors }) => anchors), ...chosen.identity.chain, ...signers];
  const shelf = settleCrls(found.crls, before?.trust.shelf ?? [], known, path, now, note);
  const trust = makeTrust(own, bundles, shelf);
  const inForce = before !== undefined && isSameTrust(before.trust, trust) ? before.trust : trust;
  const refusals = found.crls === undefined ? [] : revocationProblems(path, shelf, now);
  // the fault of a CRL is worse if it covers the own certificate
  const isOwn = ({ code, file }: Problem) => refusals.some(own => own.code === code && own.file === file);
  const others = problems.filter(each => !isOwn(each));
  problems.length = 0;
  note(...others, ...refusals.map(critical));
  if (before === undefined) {
    return { inForce: refusals.length > 0 ? undefined : { identity: chosen.identity, trust: inForce }, problems };
  }
  // a new certificate that is revoked already does not replace one that may be good
  const isRevoked = refusals.some(({ code }) => code === 'revoked') && chosen.identity !== before.identity;
  const identity = isRevoked ? before.identity : chosen.identity;
  const end = identity.leaf.tbs.notAfter.date;
  if (end < now) {
    note(critical(problem('expired', identity.file, `the certificate expired ${end.toISOString()}`)));
  }
  return { inForce: { identity, trust: inForce }, problems };
}

/** Returns the identity if it is the demanded one. Its trust domain is that of the anchors in force. */
function acceptable(
  identity: Identity | Problem,
  { id, trustDomain }: Demands,
  own: TrustDomain | undefined,
  note: (problem: Problem) => void,
): Identity | undefined {
  const domain = isProblem(identity) ? undefined : trustDomainOfId(identity.id);
  const isForeign = trustDomain === undefined && own !== undefined && domain !== undefined && domain !== own;
  if (isProblem(identity)) note(identity);
  else if (isForeign) {
    note(
      problem('other-identity', identity.file, `the certificate is for ${identity.id}, not for a service of ${own}`),
    );
  } else if (id !== undefined && identity.id !== id) {
    note(
      problem(
        'other-identity',
        identity.file,
        `the certificate is for ${identity.id ?? 'no SPIFFE ID'}, not for ${id}`,
      ),
    );
  } else return identity;
  return undefined;
}

const trustDomainOfId = (id: string | undefined): TrustDomain | undefined =>
  id === undefined ? undefined : (id.split('/')[2] as TrustDomain);

function settleBundles(
  found: readonly FoundBundle[],
  before: Trust['bundles'] | undefined,
  own: TrustDomain,
  note: (problem: Problem) => void,
): Map<TrustDomain, Bundle> {
  const bundles = new Map<TrustDomain, Bundle>();
  for (const { trustDomain = own, checksRevocation, content, isSettled } of found) {
    const old = before?.get(trustDomain);
    if (isProblem(content)) {
      note(content);
      if (old !== undefined) bundles.set(trustDomain, old);
      continue;
    }
    const anchors = isSettled ? content.anchors : withAnchors(content.anchors, old?.anchors ?? []);
    const bundle = { ...content, anchors, trustDomain, checksRevocation };
    bundles.set(trustDomain, old !== undefined && isSameBundle(old, bundle) ? old : bundle);
  }
  return bundles;
}

/**
 * Adds the anchors in force that a file lacks. It was changed a moment ago, and half of a copied file is a good file with fewer
 * anchors. New anchors take effect at once.
 */
function withAnchors(
  found: readonly PathCertificate[],
  inForce: readonly PathCertificate[],
): readonly PathCertificate[] {
  const missing = inForce.filter(anchor => !holds(found, anchor));
  // in the order in force: an unchanged set is the same bundle
  return missing.length === 0 ? found : [...inForce, ...found.filter(each => !holds(inForce, each))];
}

const holds = (anchors: readonly PathCertificate[], wanted: PathCertificate): boolean =>
  anchors.some(({ der }) => equalBytes(der, wanted.der));

function settleCrls(
  found: FoundCrls | undefined,
  inForce: readonly Shelved[],
  signers: readonly PathCertificate[],
  path: readonly PathCertificate[],
  now: Date,
  note: (...problems: readonly Problem[]) => void,
): readonly Shelved[] {
  if (found === undefined) return [];
  note(...found.problems);
  const names = new Set([...path.slice(1), ...signers].map(({ subjectName }) => subjectName));
  const { shelf, problems } = shelve({
    inForce,
    found: found.crls,
    isComplete: found.problems.length === 0,
    signers,
    isNeeded: ({ issuerName }) => names.has(issuerName),
    now,
  });
  note(...problems);
  return shelf;
}

/**
 * Validates the own path as a peer does. A certificate in force may have expired: that is reported and no reason to refuse CRLs.
 */
function pathOf(
  { file, leaf, chain }: Identity,
  { anchors }: Bundle,
  isInForce: boolean,
  now: Date,
): readonly PathCertificate[] | Problem {
  const end = leaf.tbs.notAfter.date;
  const at = isInForce && now > end ? end : now;
  const verdict = validatePath(leaf, trustStoreOf(anchors, []), { now: at, purpose: 'any', intermediates: chain });
  return verdict.accepted ? verdict.path : refused(file, verdict.reason);
}

/** Checks revocation of every certificate of the own path below its anchor (RFC 5280 §6.3), as the peers do. */
function revocationProblems(
  path: readonly PathCertificate[],
  shelf: readonly Shelved[],
  now: Date,
): readonly Problem[] {
  const all = shelf.flatMap(({ newest, previous }) => [newest, ...(previous ? [previous] : [])]);
  return path.slice(0, -1).flatMap((certificate, index) => {
    const ofIssuer = all.filter(({ crl }) => crl.issuerName === certificate.issuerName);
    const found = revocationRefusal(certificate, {
      crls: ofIssuer.map(({ crl }) => crl),
      signers: [path[index + 1]!],
      isTrusted: () => false,
      now,
      budget: startBudget(DEFAULT_LIMITS),
    });
    return found === undefined ? [] : [refused(ofIssuer[0]?.file ?? 'the CRLs', found)];
  });
}
