/**
 * Remembers the answers of a manifest about its small tables, so the parts of a run read them once. Every transaction forgets the
 * answers, and so does every moment in which others can change the manifest. `tick` and `check` use it.
 */
import type { Manifest } from './manifest/manifest.ts';
import type { Pki } from './open-pki.ts';

/** Questions with short answers, with no argument or the id of a CA. */
const SMALL = [
  'authorities',
  'latestCrl',
  'presignedCrls',
  'voidCrlSeries',
  'rotations',
  'furtherCertificates',
  'acknowledgements',
  'rotationUpkeep',
  'trustStates',
  'newestTrustState',
  'consumerRecords',
  'trustBundle',
  'federatedBundles',
  'publications',
  'progress',
  'keyFileDigest',
  'clock',
  'serviceCount',
  'currentLifetimes',
  'listeningServices',
  'csrServices',
  'revokedServices',
] as const satisfies readonly (keyof Manifest)[];

/** Makes a PKI that asks its manifest each small question once between two changes. */
export function remembering(pki: Pki): Pki {
  const { manifest, outsideLock } = pki;
  const known = new Map<string, unknown>();
  const remembered = Object.fromEntries(
    SMALL.map(name => {
      const ask = (args: readonly string[]): unknown =>
        (manifest[name] as (...all: readonly string[]) => unknown)(...args);
      const answer = (...args: readonly string[]): unknown => {
        const key = [name, ...args].join(' ');
        if (!known.has(key)) known.set(key, ask(args));
        return known.get(key);
      };
      return [name, answer];
    }),
  ) as Pick<Manifest, (typeof SMALL)[number]>;
  return {
    ...pki,
    manifest: {
      ...manifest,
      ...remembered,
      transaction: work => {
        try {
          return manifest.transaction(write => {
            known.clear();
            return work(write);
          });
        } finally {
          known.clear();
        }
      },
    },
    outsideLock: async work => {
      try {
        return await outsideLock(work);
      } finally {
        known.clear();
      }
    },
  };
}
