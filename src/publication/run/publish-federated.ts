// Decides which bundles of federated trust domains a published directory gains, replaces and loses.
// `publish-bundle.ts` puts the answer into its plan. It writes nothing itself.
import { basename, join } from 'node:path';
import type { World } from '../../world/world.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { FEDERATED, federatedName } from '../../store/federated-directory.ts';
import type { Home } from '../../store/home.ts';
import { bundleSequence } from '../../bundle/run/sequence.ts';
import type { PublishedFile } from './published-file.ts';

interface FederatedPublication {
  /** The map comes after the files it repeats, and before the files that it no longer repeats are removed. */
  readonly files: readonly PublishedFile[];
  /** Reasons to replace nothing. */
  readonly problems: readonly string[];
}

const LIMIT = 16 * 1024 * 1024;

/**
 * Compares the bundles of federated trust domains with those of a published directory: a removed one must not stay trusted there. A
 * directory that never had any gets none. A directory that an earlier version wrote keeps its `peers/`, and `federated` is linked to it.
 */
export function planFederatedPublication(
  { world: { files }, home }: { readonly world: Pick<World, 'files'>; readonly home: Home },
  directory: string,
): FederatedPublication {
  const mapName = basename(home.public.bundleMap);
  const bundlesIn = (path: string) => files.list(path).filter(name => /\.(json|pem)$/.test(name));
  const ours = bundlesIn(home.public.federated);
  const never = ours.length === 0 && files.status(join(directory, mapName)) === undefined;
  if (never || files.status(home.public.bundleMap) === undefined) return { files: [], problems: [] };
  const published = federatedName(files, directory);
  const theirs = bundlesIn(join(directory, published));
  const compare = (name: string, from: string, to: string): PublishedFile => {
    const [next, present] = [from, to].map(path => files.read(path, LIMIT));
    if (present === undefined) return { name, action: 'new' };
    return { name, action: next !== undefined && equalBytes(next, present) ? 'same' : 'replace' };
  };
  const paths = (name: string) => [join(home.public.federated, name), join(directory, published, name)] as const;
  const problems = ours
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      const [next, present] = paths(name).map(path => bundleSequence({ files }, path));
      if (next === undefined || present === undefined || present <= next) return [];
      return [`the sequence of the bundle of ${basename(name, '.json')} would go back from ${present} to ${next}`];
    });
  return {
    files: [
      ...(published === FEDERATED ? [] : [{ name: FEDERATED, action: 'link', target: published } as const]),
      ...ours.map(name => compare(join(FEDERATED, name), ...paths(name))),
      compare(mapName, home.public.bundleMap, join(directory, mapName)),
      ...theirs
        .filter(name => !ours.includes(name))
        .map(name => ({ name: join(FEDERATED, name), action: 'remove' }) as const),
    ],
    problems,
  };
}
