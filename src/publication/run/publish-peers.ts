import { basename, join } from 'node:path';
import type { World } from '../../world/world.ts';
import { equalBytes } from '../../pki/bytes.ts';
import type { Home } from '../../store/home.ts';
import { bundleSequence } from '../../bundle/run/sequence.ts';
import type { PublishedFile } from './published-file.ts';

interface PeerPublication {
  /** The map comes after what it names, and before what it names no more goes. */
  readonly files: readonly PublishedFile[];
  /** Why nothing must be replaced. */
  readonly problems: readonly string[];
}

const LIMIT = 16 * 1024 * 1024;

/**
 * What publishing does to the bundles of foreign trust domains: a peer that was removed must not stay trusted there. A directory
 * that has never had any is left without them.
 */
export function planPeerPublication(
  { world: { files }, home }: { readonly world: Pick<World, 'files'>; readonly home: Home },
  directory: string,
): PeerPublication {
  const [mapName, peersName] = [basename(home.public.bundleMap), basename(home.public.peers)];
  const [ours, theirs] = [home.public.peers, join(directory, peersName)].map(path =>
    files.list(path).filter(name => /\.(json|pem)$/.test(name)),
  );
  const never = ours!.length === 0 && files.status(join(directory, mapName)) === undefined;
  if (never || files.status(home.public.bundleMap) === undefined) return { files: [], problems: [] };
  const compare = (name: string): PublishedFile => {
    const [from, to] = [join(home.public.directory, name), join(directory, name)].map(path => files.read(path, LIMIT));
    if (to === undefined) return { name, action: 'new' };
    return { name, action: from !== undefined && equalBytes(from, to) ? 'same' : 'replace' };
  };
  const problems = ours!
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      const [from, to] = [join(home.public.peers, name), join(directory, peersName, name)];
      const [next, present] = [bundleSequence({ files }, from), bundleSequence({ files }, to)];
      if (next === undefined || present === undefined || present <= next) return [];
      return [`the sequence of the bundle of ${basename(name, '.json')} would go back from ${present} to ${next}`];
    });
  return {
    files: [
      ...ours!.map(name => compare(join(peersName, name))),
      compare(mapName),
      ...theirs!
        .filter(name => !ours!.includes(name))
        .map(name => ({ name: join(peersName, name), action: 'remove' }) as const),
    ],
    problems,
  };
}
