import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePem } from '../../src/pki/pem.ts';
import { readPathCertificate, type PathCertificate } from '../../src/pki/path/path-certificate.ts';
import { readPathCrl } from '../../src/pki/path/path-crl.ts';
import { trustStoreOf } from '../../src/pki/path/trust-store.ts';
import { validatePath, type PathVerdict } from '../../src/pki/path/validate-path.ts';
import { serialToHex } from '../../src/pki/certificate/serial-number.ts';
import type { PkiWorld } from '../support/pki/pki.ts';

/** Files that a peer can have read at one time, as PEM. */
export interface Sight {
  readonly at: Date;
  readonly bundle: string;
  readonly crls: string;
  /** Chain and anchors of each service. */
  readonly services: ReadonlyMap<string, { readonly chain: string; readonly anchors: string }>;
  /** Serials that a verifier with these CRLs must reject. */
  readonly revoked: ReadonlySet<string>;
}

/** A verifier with its files. */
export interface Verifier {
  readonly name: string;
  readonly anchors: string;
  readonly crls: string;
  readonly revoked: ReadonlySet<string>;
}

interface Judgement {
  readonly verifier: Verifier;
  readonly chain: string;
  readonly verdict: PathVerdict;
  /** Expected verdict. */
  readonly welcome: boolean;
}

export function lookAt({ home, now }: PkiWorld, services: readonly string[], revoked: Iterable<string>): Sight {
  const read = (path: string) => readFileSync(path, 'utf8');
  const current = services.map(service => [service, join(home.service(service), 'current')] as const);
  return {
    at: now,
    bundle: read(home.public.bundlePem),
    crls: read(home.public.crlBundle),
    services: new Map(
      current.map(([service, directory]) => [
        service,
        { chain: read(join(directory, 'tls.crt')), anchors: read(join(directory, 'ca.crt')) },
      ]),
    ),
    revoked: new Set(revoked),
  };
}

/** Lists every verifier: with a current or older bundle and CRLs, and each service with its own anchors. */
export function verifiers(now: Sight, before: Sight): readonly Verifier[] {
  const seen = [
    ['now', now],
    ['before', before],
  ] as const;
  return seen.flatMap(([crlsOf, { crls, revoked }]) =>
    seen.flatMap(([anchorsOf, { bundle, services }]) => [
      { name: `the bundle of ${anchorsOf}, the CRLs of ${crlsOf}`, anchors: bundle, crls, revoked },
      ...[...services].map(([service, { anchors }]) => {
        return { name: `${service} of ${anchorsOf}, the CRLs of ${crlsOf}`, anchors, crls, revoked };
      }),
    ]),
  );
}

const once = <T>(read: (pem: string) => T) => {
  const known = new Map<string, T>();
  return (pem: string): T => {
    const value = known.get(pem) ?? read(pem);
    known.set(pem, value);
    return value;
  };
};

const readChain = once((pem): readonly PathCertificate[] => decodePem(pem).map(({ der }) => readPathCertificate(der)));
const readCrls = once(pem => decodePem(pem).map(({ der }) => readPathCrl(der)));
let files = 0;
const numberOf = once(() => files++);

const leafOf = (chain: string): PathCertificate => readChain(chain)[0]!;
export const serialOf = (chain: string): string => serialToHex(leafOf(chain).tbs.serial);
export const endOf = (chain: string): Date => leafOf(chain).tbs.notAfter.date;

/**
 * Shows every chain to every verifier. A chain that was accepted is not validated again with equal files until the first of them
 * expires.
 */
export function onlookers() {
  const accepted = new Map<string, number>();
  const count = { shown: 0, validated: 0, refused: 0 };
  return {
    count,
    judge(everybody: readonly Verifier[], chains: Iterable<string>, now: Date): readonly Judgement[] {
      const surprises: Judgement[] = [];
      const distinct = new Set(chains);
      const filesOf = ({ anchors, crls }: Verifier) => `${numberOf(anchors)} ${numberOf(crls)}`;
      // equal files can be too old for one verifier and as they should be for another
      const different = new Map(everybody.map(each => [`${filesOf(each)} ${each.revoked.size}`, each]));
      for (const verifier of different.values()) {
        const files = filesOf(verifier);
        for (const chain of distinct) {
          const key = `${files} ${numberOf(chain)}`;
          const welcome = !verifier.revoked.has(serialOf(chain)) && endOf(chain) >= now;
          count.shown += 2;
          if (welcome && accepted.get(key)! > now.getTime()) continue;
          for (const purpose of ['server', 'client'] as const) {
            const [leaf, ...intermediates] = readChain(chain);
            const store = trustStoreOf(readChain(verifier.anchors), intermediates, readCrls(verifier.crls));
            const verdict = validatePath(leaf!, store, { now, purpose });
            count.validated++;
            if (!verdict.accepted) count.refused++;
            if (verdict.accepted !== welcome) surprises.push({ verifier, chain, verdict, welcome });
          }
          if (welcome) accepted.set(key, nextEnd(verifier, chain, now));
        }
      }
      return surprises;
    },
  };
}

/** Returns the first expiry after now. */
function nextEnd({ anchors, crls }: Verifier, chain: string, now: Date): number {
  const ends = [
    ...[...readChain(chain), ...readChain(anchors)].map(({ tbs }) => tbs.notAfter.date.getTime()),
    ...readCrls(crls).map(({ nextUpdate }) => nextUpdate!.date.getTime()),
  ];
  return ends.filter(end => end > now.getTime()).reduce((a, b) => Math.min(a, b));
}
