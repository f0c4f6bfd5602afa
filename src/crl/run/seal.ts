import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { CRL_BUNDLE_FILE, crlDerFile, crlPemFile, INDEX_FILE, indexedDigests } from '../rules/index.ts';

/** What a directory of CRLs says of itself, as long as nothing in it was touched after its index was written. */
export interface CrlSeal {
  /** The index, as it stands there. */
  readonly text: string;
  /** SHA-256 of each CRL, by authority. */
  readonly digests: ReadonlyMap<string, string>;
  /** Bytes of each file, by its name in the directory. */
  readonly sizes: ReadonlyMap<string, number>;
}

const INDEX_LIMIT = 16 * 1024 * 1024;

/**
 * The index is written last: where none of the files it lists has changed since, they are what was verified then, and need not be
 * read again. That is a look at dates, for runs that come every minute; undefined means no more than that somebody must read.
 */
export function readSeal({ files }: Pick<World, 'files'>, directory: string): CrlSeal | undefined {
  const path = join(directory, INDEX_FILE);
  const index = files.status(path);
  const bytes = index && files.read(path, INDEX_LIMIT);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  const digests = indexedDigests(text);
  const names = [...digests.keys()].flatMap(id => [crlDerFile(id), crlPemFile(id)]);
  const sizes = new Map<string, number>();
  for (const name of [...names, CRL_BUNDLE_FILE]) {
    const status = files.status(join(directory, name));
    if (status?.kind !== 'file' || status.changed > index!.changed) return undefined;
    sizes.set(name, status.size);
  }
  return { text, digests, sizes };
}
