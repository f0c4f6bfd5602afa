/** Reads the certificates and CRLs of a situation, each once, for the proof. It judges nothing. */
import { equalBytes } from '../../pki/bytes.ts';
import { readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import { readPathCrl, type PathCrl } from '../../pki/path/path-crl.ts';
import { countAsSigned, type Signed } from '../../pki/path/signed-by.ts';
import { leafClasses, type LeafClass } from './leaf-class.ts';
import type { VerifierState } from './peer-verdict.ts';
import type {
  KnownCertificate,
  KnownCrl,
  KnownLeaf,
  Presenter,
  RotationSituation,
  SituationPhase,
} from './situation.ts';

export interface ReadPhase {
  readonly phase: SituationPhase;
  readonly classes: readonly LeafClass[];
  readonly states: readonly VerifierState[];
}

export interface ReadSituation {
  readonly phases: readonly ReadPhase[];
  readonly authorities: readonly PathCertificate[];
  readonly crls: readonly PathCrl[];
}

/** Parses every certificate and CRL once for all phases. Throws DerError for bytes that are neither. */
export function readSituation(situation: RotationSituation): ReadSituation {
  const { phases } = situation;
  const presenters = new Set(phases.flatMap(phase => phase.presenters));
  const bundles = phases.flatMap(phase => phase.bundles);
  const authorities = onceEach(
    [...[...presenters].flatMap(({ chain }) => chain), ...bundles.flatMap(({ anchors }) => anchors)],
    readPathCertificate,
  );
  const crls = onceEach(
    phases.flatMap(({ crlSets }) => crlSets.flatMap(set => set.crls)),
    (der, known: KnownCrl) => refreshed(readPathCrl(der), known, situation),
  );
  const leaves = onceEach(
    [...presenters].flatMap(presenter => presenter.leaves),
    readPathCertificate,
  );
  const everyAuthority = [...new Set(authorities.values())];
  for (const [{ planned }, certificate] of [...authorities, ...leaves]) {
    if (planned) signBy(certificate, certificate.issuerName, keyNamedBy(certificate), everyAuthority);
  }
  for (const [{ planned }, crl] of crls) {
    if (planned) signBy(crl, crl.issuerName, crl.keyIdentifier, everyAuthority);
  }
  const everyCrl = [...new Set(crls.values())];
  const classes = new Map<Presenter, readonly LeafClass[]>();
  for (const presenter of presenters) {
    const chain = presenter.chain.map(known => authorities.get(known)!);
    const read = presenter.leaves.map(leaf => ({ ...pick(leaf), certificate: leaves.get(leaf)! }));
    classes.set(presenter, leafClasses(presenter, chain, read, everyAuthority, everyCrl));
  }
  return {
    authorities: everyAuthority,
    crls: everyCrl,
    phases: phases.map(phase => ({
      phase,
      classes: phase.presenters.flatMap(presenter => classes.get(presenter)!),
      states: phase.bundles.flatMap(bundle =>
        phase.crlSets.map(set => ({
          bundle: bundle.name,
          crlSet: set.name,
          anchors: bundle.anchors.map(known => authorities.get(known)!),
          crls: set.crls.map(known => crls.get(known)!),
        })),
      ),
    })),
  };
}

const pick = ({ service, revoked }: KnownLeaf) => ({ service, revoked });

/** Parses each element; equal bytes give the same object. */
function onceEach<Known extends KnownCertificate, Read>(
  list: readonly Known[],
  read: (der: Uint8Array, known: Known) => Read,
): ReadonlyMap<Known, Read> {
  const byBytes = new Map<string, Read>();
  const all = new Map<Known, Read>();
  for (const known of list) {
    if (all.has(known)) continue;
    const bytes = Buffer.from(known.der).toString('latin1');
    let found = byBytes.get(bytes);
    if (found === undefined) byBytes.set(bytes, (found = read(known.der, known)));
    all.set(known, found);
  }
  return all;
}

/**
 * Extends the validity of a current CRL to the expiry of its CA, because the CA replaces it in time. A verifier with a slow clock has
 * the previous CRL until this one is valid.
 */
function refreshed(crl: PathCrl, { refreshedUntil }: KnownCrl, { now, skew }: RotationSituation): PathCrl {
  const { thisUpdate, nextUpdate } = crl;
  if (nextUpdate === undefined || refreshedUntil === undefined || nextUpdate.date < now) return crl;
  const behind = new Date(now.getTime() - skew * 1000);
  const since = behind < thisUpdate.date && thisUpdate.date <= now ? behind : thisUpdate.date;
  const until = refreshedUntil > nextUpdate.date ? refreshedUntil : nextUpdate.date;
  return { ...crl, thisUpdate: { ...thisUpdate, date: since }, nextUpdate: { ...nextUpdate, date: until } };
}

const keyNamedBy = ({ extensions }: PathCertificate): Uint8Array | undefined =>
  extensions.authorityKeyIdentifier?.value.keyIdentifier;

function signBy(
  planned: Signed,
  issuerName: string,
  keyIdentifier: Uint8Array | undefined,
  authorities: readonly PathCertificate[],
): void {
  for (const authority of authorities) {
    const own = authority.extensions.subjectKeyIdentifier?.value;
    if (authority.subjectName !== issuerName || own === undefined || keyIdentifier === undefined) continue;
    if (equalBytes(own, keyIdentifier)) countAsSigned(planned, authority);
  }
}
