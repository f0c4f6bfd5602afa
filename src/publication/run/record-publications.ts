// Records what runs of publishing found and left in public/ and in each directory of the policy.
// `publications.ts` calls it after every run. It is bookkeeping: an idle run writes nothing for an hour.
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';
import { nextPublication, type PublicationTry, type SeenContent } from '../rules/record.ts';
import { readDirectory, type DirectoryReader } from './directory-content.ts';
import { publishedDirectories } from './directory-state.ts';

/** Reads the content of a directory for its record; undefined if it cannot be read. */
export function seenIn(pki: DirectoryReader, directory: string): SeenContent | undefined {
  const { obstacle, bundle, crls } = readDirectory(pki, directory);
  if (obstacle !== undefined) return undefined;
  return {
    ...(bundle.sequence !== undefined && { bundleSequence: bundle.sequence }),
    anchors: bundle.anchors.map(({ sha256 }) => sha256),
    crls: new Map([...crls].flatMap(([id, crl]) => (crl.problem === undefined ? [[id, crl.number] as const] : []))),
  };
}

/** Returns the content under its name, or an empty object. */
export const seen = <N extends string>(
  name: N,
  content: SeenContent | undefined,
): { readonly [name in N]?: SeenContent } =>
  (content === undefined ? {} : { [name]: content }) as { readonly [name in N]?: SeenContent };

/**
 * Records the tries of directories in the policy, and the present content of public/. Forgets directories that the policy no longer
 * names; a directory that only the command line names is not recorded.
 */
export function recordPublications(pki: Pki, policy: Pick<Policy, 'crl'>, tries: readonly PublicationTry[]): void {
  const { manifest, home, world } = pki;
  const known = new Map(manifest.publications().map(each => [each.directory, each]));
  const watched = publishedDirectories(home, policy);
  const own = home.public.directory;
  const all = [{ directory: own, ...seen('after', seenIn(pki, own)) }, ...tries];
  const changed = all
    .filter(({ directory }) => watched.includes(directory))
    .flatMap(each => nextPublication(known.get(each.directory), each, world.now) ?? []);
  const forgotten = [...known.keys()].filter(directory => !watched.includes(directory));
  if (changed.length + forgotten.length === 0) return;
  manifest.transaction(write => {
    for (const each of changed) write.putPublication(each);
    for (const directory of forgotten) write.removePublication(directory);
  });
}
