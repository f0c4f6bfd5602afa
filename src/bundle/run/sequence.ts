import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';

const LIMIT = 16 * 1024 * 1024;

/** Reads the `spiffe_sequence` of a file; undefined if the file is missing or is not a SPIFFE bundle. */
export function bundleSequence({ files }: Pick<World, 'files'>, path: string): number | undefined {
  const bytes = files.read(path, LIMIT);
  if (bytes === undefined) return undefined;
  try {
    return parseSpiffeBundle(Buffer.from(bytes).toString('utf8')).sequence;
  } catch (cause) {
    if (cause instanceof SvcauthError) return undefined;
    throw cause;
  }
}
