// Decides which CRLs are in force. Each CA has its own: a CRL comes into force by itself, and never goes backwards.
// `settle.ts` asks at every look. Signatures were verified before, where the CA is known. It reads no file and no clock.
import { equalBytes } from '../pki/bytes.ts';
import { crlNumber, crlToBeSigned } from '../pki/crl/parsed.ts';
import { DEFAULT_LIMITS, startBudget } from '../pki/path/budget.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import type { PathCrl } from '../pki/path/path-crl.ts';
import type { Refusal } from '../pki/path/refusal.ts';
import { signatureRefusal } from '../pki/path/signed-by.ts';
import type { LoadedCrl } from './crl-file.ts';
import { problem, refused, type Problem } from './problem.ts';

/** The CRLs in force of one CA. */
export interface Shelved {
  readonly newest: LoadedCrl;
  /**
   * The one before, as long as the newest is not in time or its signature is not verified. A serial number counts as revoked if one
   * of the two lists it, and each covers as long as it can.
   */
  readonly previous?: LoadedCrl;
}

export interface ShelfQuestion {
  readonly inForce: readonly Shelved[];
  readonly found: readonly LoadedCrl[];
  /** False: a file could not be read, so a CRL that was not found may be in it. */
  readonly isComplete: boolean;
  /** The CAs that may have signed a CRL. */
  readonly signers: readonly PathCertificate[];
  /** Decides that peers of this CA are still accepted. */
  readonly isNeeded: (crl: PathCrl) => boolean;
  readonly now: Date;
}

export interface ShelfAnswer {
  readonly shelf: readonly Shelved[];
  readonly problems: readonly Problem[];
}

/** Puts the CRLs that were found on the shelf. A CRL with a fault, a wrong signature or a lower number changes nothing. */
export function shelve({ inForce, found, isComplete, signers, isNeeded, now }: ShelfQuestion): ShelfAnswer {
  const problems: Problem[] = [];
  const good = found.filter(loaded => {
    const fault = faultOf(loaded, signers);
    if (fault !== undefined) problems.push(fault);
    return fault === undefined;
  });
  const shelf: Shelved[] = [];
  for (const old of inForce.flatMap(each => withoutForged(each, signers))) {
    const newest = newestOf(good.filter(({ crl }) => isSameIssuer(crl, old.newest.crl)));
    if (newest === undefined && isComplete && good.length === found.length) {
      if (!isNeeded(old.newest.crl)) {
        // its CA is gone from the anchors and from the directory
        if (!isFresh(old.newest.crl, now)) continue;
      } else {
        problems.push(
          problem('crl-removed', old.newest.file, 'the CRL is no longer there; the last one stays in force'),
        );
      }
    }
    if (newest !== undefined && isOlder(newest.crl, old.newest.crl)) {
      const [number, known] = [numberOf(newest.crl), numberOf(old.newest.crl)];
      const words = `its CRL number ${number} is lower than ${known}, which is in force for the same CA`;
      problems.push(
        problem('crl-went-back', newest.file, number < known ? words : 'it is older than the CRL in force'),
      );
    }
    shelf.push(next(old, newest, signers, now));
  }
  for (const loaded of good) {
    if (shelf.some(({ newest }) => isSameIssuer(newest.crl, loaded.crl))) continue;
    shelf.push({ newest: newestOf(good.filter(({ crl }) => isSameIssuer(crl, loaded.crl)))! });
  }
  for (const { newest, previous } of shelf) {
    if (previous === undefined || !isFresh(previous.crl, now)) problems.push(...dateProblems(newest, now));
  }
  return { shelf, problems };
}

/** Returns the CRLs in force of a CA after a look; the same object if nothing changed. */
function next(old: Shelved, found: LoadedCrl | undefined, signers: readonly PathCertificate[], now: Date): Shelved {
  const isNew =
    found !== undefined && !equalBytes(found.crl.der, old.newest.crl.der) && !isOlder(found.crl, old.newest.crl);
  const newest = isNew ? found : old.newest;
  const previous = isNew ? old.newest : old.previous;
  const isNeeded = !isFresh(newest.crl, now) || signersOf(newest.crl, signers).length === 0;
  if (previous === undefined || !isNeeded) return isNew || old.previous !== undefined ? { newest } : old;
  return isNew ? { newest, previous } : old;
}

function faultOf({ file, crl }: LoadedCrl, signers: readonly PathCertificate[]): Problem | undefined {
  const fault = crl.fault ?? crl.gap ?? signatureFault(crl, signers);
  return fault === undefined ? undefined : refused(file, fault);
}

/** Returns the refusal of a CRL whose CA is known and has not signed it. */
function signatureFault(crl: PathCrl, signers: readonly PathCertificate[]): Refusal | undefined {
  const budget = startBudget(DEFAULT_LIMITS);
  const refusals = signersOf(crl, signers).map(signer =>
    signatureRefusal(crl, crlToBeSigned(crl), signer, 'crl-signature-wrong', budget),
  );
  return refusals.every(refusal => refusal !== undefined) ? refusals[0] : undefined;
}

/** Takes a CRL off the shelf that came into force before its CA was known, if that CA has not signed it. */
function withoutForged(shelved: Shelved, signers: readonly PathCertificate[]): readonly Shelved[] {
  const { newest, previous } = shelved;
  if (signatureFault(newest.crl, signers) === undefined) return [shelved];
  return previous === undefined ? [] : withoutForged({ newest: previous }, signers);
}

/** Finds the known CAs that may have signed a CRL. Without one, its signature is verified when a peer needs it. */
export const signersOf = (crl: PathCrl, known: readonly PathCertificate[]): readonly PathCertificate[] =>
  known.filter(
    ({ subjectName, extensions }) =>
      subjectName === crl.issuerName && sameKey(crl.keyIdentifier, extensions.subjectKeyIdentifier?.value),
  );

function dateProblems({ file, crl }: LoadedCrl, now: Date): readonly Problem[] {
  const [start, end] = [crl.thisUpdate.date, crl.nextUpdate?.date];
  const time = `the time is ${now.toISOString()}`;
  if (start > now) return [problem('crl-not-valid-yet', file, `the CRL begins ${start.toISOString()}; ${time}`)];
  if (end !== undefined && end < now) {
    return [problem('crl-expired', file, `the CRL expired ${end.toISOString()}; ${time}`)];
  }
  return [];
}

/** Decides that a CRL covers certificates now; both dates are inclusive. */
export const isFresh = ({ thisUpdate, nextUpdate }: PathCrl, now: Date): boolean =>
  now >= thisUpdate.date && (nextUpdate === undefined || now <= nextUpdate.date);

const newestOf = (crls: readonly LoadedCrl[]): LoadedCrl | undefined =>
  crls.reduce<LoadedCrl | undefined>((best, each) => (best && !isOlder(best.crl, each.crl) ? best : each), undefined);

const isOlder = (a: PathCrl, b: PathCrl): boolean => {
  const [first, second] = [numberOf(a), numberOf(b)];
  return first === second ? a.thisUpdate.date < b.thisUpdate.date : first < second;
};

/** Returns the CRL number; 0 if it has none, which `gap` reports. */
const numberOf = (crl: PathCrl): bigint => crlNumber(crl) ?? 0n;

/** Decides that two CRLs are of one CA. */
const isSameIssuer = (a: PathCrl, b: PathCrl): boolean =>
  a.issuerName === b.issuerName && sameKey(a.keyIdentifier, b.keyIdentifier);

/** Compares key identifiers; an absent one equals any (RFC 5280 §5.2.1). */
const sameKey = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined || equalBytes(a, b);
