import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { CRL_BUNDLE_FILE, crlFiles, INDEX_FILE, indexedDigests } from '../rules/index.ts';

/** The index and file sizes of a directory of CRLs in which no file was changed after the index. */
export interface CrlSeal {
  /** The index file. */
  readonly text: string;
  /** SHA-256 of each CRL, by CA. */
  readonly digests: ReadonlyMap<string, string>;
  /** Size of each file in bytes, by its name in the directory. */
  readonly sizes: ReadonlyMap<string, number>;
}

const INDEX_LIMIT = 16 * 1024 * 1024;

/**
 * Compares file dates with that of the index, which is written last: files that did not change since need not be read again. Runs
 * every minute call it. Undefined means that the files must be read.
 */
export function readSeal({ files }: Pick<World, 'files'>, directory: string): CrlSeal | undefined {
  const path = join(directory, INDEX_FILE);
  const index = files.status(path);
  if (index?.kind !== 'file' || index.size > INDEX_LIMIT) return undefined;
  const bytes = files.read(path, INDEX_LIMIT);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  const digests = indexedDigests(text);
  const names = [...digests.keys()].flatMap(crlFiles);
  const sizes = new Map<string, number>();
  for (const name of [...names, CRL_BUNDLE_FILE]) {
    const status = files.status(join(directory, name));
    if (status?.kind !== 'file' || status.changed > index.changed) return undefined;
    sizes.set(name, status.size);
  }
  return { text, digests, sizes };
}
