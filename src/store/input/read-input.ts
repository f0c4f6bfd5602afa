import { resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';

/** Reads a file named on the command line, or standard input for `-`. `what` names it in errors; `limit` in bytes. */
export async function readInput(
  world: Pick<World, 'cwd' | 'files' | 'in'>,
  path: string,
  what: string,
  limit: number,
): Promise<Uint8Array> {
  if (path === '-') {
    const bytes = await world.in.readAll();
    if (bytes.length > limit) throw unreadable(path, what, `it is larger than the ${limit} bytes allowed here`);
    return bytes;
  }
  let bytes: Uint8Array | undefined;
  try {
    bytes = world.files.readInput(resolve(world.cwd, path), limit);
  } catch (cause) {
    if (cause instanceof SvcauthError && typeof cause.params['reason'] === 'string') {
      throw unreadable(path, what, cause.params['reason']);
    }
    throw cause;
  }
  if (bytes === undefined) throw unreadable(path, what, 'there is no such file');
  return bytes;
}

const unreadable = (path: string, what: string, reason: string): SvcauthError =>
  failure('ERR_FILE_READ', { path, what, reason });
