// Decides whether a service's own certificate and its trust may come into force together.
// `choose.ts` asks for each combination of new and old files. It reads no file and no clock: both are arguments.
import { crlNumber, crlToBeSigned } from '../pki/crl/parsed.ts';
import { DEFAULT_LIMITS, startBudget } from '../pki/path/budget.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import { revocationRefusal } from '../pki/path/revocation.ts';
import { signatureRefusal } from '../pki/path/signed-by.ts';
import type { TrustStore } from '../pki/path/trust-store.ts';
import { validatePath } from '../pki/path/validate-path.ts';
import type { Identity } from './identity.ts';
import { isProblem, problem, refused, type Problem } from './problem.ts';
import { isSameIssuer, sameKey, type LoadedCrl, type Trust } from './trust.ts';

/** An identity and a trust to use together. */
export interface Pair {
  readonly identity: Identity;
  readonly trust: Trust;
}

export interface Judged extends Pair {
  /** Faults that do not prevent its use. */
  readonly notes: readonly Problem[];
}

/**
 * Decides if the two may come into force. A certificate that is in force already may be expired or revoked: that is reported, and
 * does not prevent the use of a new CRL.
 */
export function judge({ identity, trust }: Pair, inForce: Pair | undefined, now: Date): Judged | Problem {
  const { file, leaf } = identity;
  const isInForce = identity === inForce?.identity;
  const end = leaf.tbs.notAfter.date;
  const isExpired = isInForce && now > end;
  const path = pathOf(identity, trust, isExpired ? end : now);
  if (isProblem(path)) return path;
  const backwards = trust === inForce?.trust ? undefined : wentBack(trust, inForce?.trust);
  const own = revocationProblems(path, trust, now);
  const known = [...trust.anchors, ...identity.chain];
  const crls = (trust.crls ?? []).flatMap(loaded => crlProblem(loaded, known, now) ?? []);
  const revoked = own.filter(({ code }) => code === 'revoked');
  const fatal =
    backwards ??
    own.find(({ code }) => code !== 'revoked') ??
    crls.find(({ code }) => code !== 'crl-expired') ??
    (isInForce ? undefined : revoked[0]);
  if (fatal !== undefined) return fatal;
  const expired = isExpired ? [problem('expired', file, `the certificate expired ${end.toISOString()}`)] : [];
  return { identity, trust, notes: [...expired, ...revoked, ...crls] };
}

function pathOf({ file, leaf, chain }: Identity, { anchors }: Trust, now: Date): readonly PathCertificate[] | Problem {
  const store: TrustStore = {
    anchors: new Set(anchors),
    named: name => anchors.filter(({ subjectName }) => subjectName === name),
    crls: undefined,
    unreadable: [],
  };
  const verdict = validatePath(leaf, store, { now, purpose: 'any', intermediates: chain });
  return verdict.accepted ? verdict.path : refused(file, verdict.reason);
}

/** Checks revocation of every certificate of the own path below its anchor (RFC 5280 §6.3), as the peers do. */
function revocationProblems(path: readonly PathCertificate[], { crls }: Trust, now: Date): readonly Problem[] {
  if (crls === undefined) return [];
  const budget = startBudget(DEFAULT_LIMITS);
  return path.slice(0, -1).flatMap((certificate, index) => {
    const ofIssuer = crls.filter(({ crl }) => crl.issuerName === certificate.issuerName);
    const found = revocationRefusal(certificate, {
      crls: ofIssuer.map(({ crl }) => crl),
      signers: [path[index + 1]!],
      isTrusted: () => false,
      now,
      budget,
    });
    const file = ofIssuer[0]?.file ?? 'the CRLs';
    return found === undefined ? [] : [refused(file, found)];
  });
}

/**
 * Finds a fault of one CRL. A CRL of an unknown CA, for example of the next generation, is accepted unchecked: OpenSSL verifies its
 * signature when a peer's certificate needs it.
 */
function crlProblem({ file, crl }: LoadedCrl, known: readonly PathCertificate[], now: Date): Problem | undefined {
  if (crl.fault !== undefined) return refused(file, crl.fault);
  const signers = known.filter(({ subjectName, extensions: { subjectKeyIdentifier: own } }) => {
    return subjectName === crl.issuerName && sameKey(crl.keyIdentifier, own?.value);
  });
  const budget = startBudget(DEFAULT_LIMITS);
  const wrong = signers.map(signer => signatureRefusal(crl, crlToBeSigned(crl), signer, 'crl-signature-wrong', budget));
  if (wrong.length > 0 && wrong.every(found => found !== undefined)) return refused(file, wrong[0]!);
  const end = crl.nextUpdate?.date;
  if (end === undefined || now <= end) return undefined;
  return problem('crl-expired', file, `the CRL expired ${end.toISOString()}; the time is ${now.toISOString()}`);
}

/** Finds a CRL that is older than the one in force, which would undo revocations. Of several CRLs of one CA the newest counts. */
function wentBack({ crls = [] }: Trust, inForce: Trust | undefined): Problem | undefined {
  for (const old of inForce?.crls ?? []) {
    const newest = crls
      .filter(({ crl }) => isSameIssuer(old.crl, crl))
      .reduce<LoadedCrl | undefined>(
        (best, each) => (best && numberOf(best) >= numberOf(each) ? best : each),
        undefined,
      );
    if (newest === undefined || numberOf(newest) >= numberOf(old)) continue;
    const words = `its CRL number ${numberOf(newest)} is lower than ${numberOf(old)}, which is in force for the same CA`;
    return problem('crl-went-back', newest.file, words);
  }
  return undefined;
}

/** Gives the CRL number; 0 if it has none, which another check reports. */
const numberOf = ({ crl }: LoadedCrl): bigint => crlNumber(crl) ?? 0n;
