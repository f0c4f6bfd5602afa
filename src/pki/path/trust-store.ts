// Builds the set of anchors, intermediates and CRLs that a path may use, indexed by name.
// `verify`, `probe`, the self-test of a rotation and `verifiers` build it; `find-path.ts` searches it. It verifies no signature.
import { equalBytes } from '../bytes.ts';
import { DerError } from '../der/reader.ts';
import { readPathCertificate, type PathCertificate } from './path-certificate.ts';
import { readPathCrl, type PathCrl } from './path-crl.ts';

/** Anchors, intermediates and CRLs, read and indexed once for all targets. */
export interface TrustStore {
  readonly anchors: ReadonlySet<PathCertificate>;
  /** Returns the anchors and intermediates with a canonical subject. */
  readonly named: (subjectName: string) => readonly PathCertificate[];
  /** CRLs by canonical issuer; undefined if revocation is not checked. */
  readonly crls: ReadonlyMap<string, readonly PathCrl[]> | undefined;
  /** Inputs that cannot be read; no path uses them. */
  readonly unreadable: readonly Unreadable[];
}

interface Unreadable {
  readonly what: 'anchor' | 'intermediate' | 'crl';
  /** The index in the given list. */
  readonly index: number;
  readonly message: string;
}

export interface TrustMaterial {
  readonly anchors: readonly Uint8Array[];
  readonly intermediates?: readonly Uint8Array[];
  /** If given, a CRL must cover every certificate below the anchor (RFC 5280 §6.3). */
  readonly crls?: readonly Uint8Array[] | undefined;
}

/** Builds a trust store from DER. Never throws for the bytes. */
export function loadTrustStore({ anchors, intermediates = [], crls }: TrustMaterial): TrustStore {
  const unreadable: Unreadable[] = [];
  const read = <T>(what: Unreadable['what'], list: readonly Uint8Array[], decode: (der: Uint8Array) => T): T[] =>
    list.flatMap((der, index) => {
      try {
        return [decode(der)];
      } catch (error) {
        if (!(error instanceof DerError)) throw error;
        unreadable.push({ what, index, message: error.message });
        return [];
      }
    });
  const trusted = read('anchor', anchors, readPathCertificate);
  const helping = read('intermediate', intermediates, readPathCertificate).filter(
    certificate => !trusted.some(anchor => equalBytes(anchor.der, certificate.der)),
  );
  const lists = crls && read('crl', crls, readPathCrl);
  return { ...trustStoreOf(trusted, helping, lists), unreadable };
}

/** Builds a trust store from certificates that were read already. Without `crls`, revocation is not checked. */
export const trustStoreOf = (
  anchors: readonly PathCertificate[],
  intermediates: readonly PathCertificate[],
  crls?: readonly PathCrl[],
): TrustStore => ({
  anchors: new Set(anchors),
  named: bySubject([...anchors, ...intermediates]),
  crls: crls && groupBy(crls, crl => crl.issuerName),
  unreadable: [],
});

/** Adds the certificates that a peer sent. */
export function withIntermediates(store: TrustStore, intermediates: readonly PathCertificate[]): TrustStore {
  if (intermediates.length === 0) return store;
  const sent = bySubject(intermediates);
  return { ...store, named: subjectName => [...store.named(subjectName), ...sent(subjectName)] };
}

function bySubject(certificates: readonly PathCertificate[]): TrustStore['named'] {
  const groups = groupBy(certificates, ({ subjectName }) => subjectName);
  return subjectName => groups.get(subjectName) ?? [];
}

function groupBy<T>(list: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
