import type { World } from '../world/world.ts';
import { failure } from '../errors/error.ts';
import { worldAt } from '../world/at-time.ts';
import { openHome, sweepHome, type Home } from './home.ts';
import { withLock } from './lock.ts';
import type { Manifest, PkiIdentity } from './manifest/manifest.ts';
import { openManifest } from './manifest/sqlite-manifest.ts';

/** An opened PKI, for every command. */
export interface Pki {
  readonly world: World;
  readonly home: Home;
  readonly manifest: Manifest;
  readonly identity: PkiIdentity;
}

/**
 * Opens a PKI under its lock, for commands that change it. A waiting run reports `command` as the holder. The time is read again
 * under the lock: what the run before wrote is not in the future. Throws ERR_LOCKED.
 */
export async function changePki<T>(
  world: World,
  homeFlag: string | undefined,
  command: string,
  work: (pki: Pki) => Promise<T> | T,
): Promise<T> {
  const home = openHome(world, homeFlag);
  return withLock(world, home, command, () =>
    withManifest(worldAt(world, world.clock()), sweepHome(world.files, home), work),
  );
}

/** Opens a PKI without its lock, for commands that only read and for dry runs. */
export const readPki = <T>(
  world: World,
  homeFlag: string | undefined,
  work: (pki: Pki) => Promise<T> | T,
): Promise<T> => withManifest(world, openHome(world, homeFlag), work);

async function withManifest<T>(world: World, home: Home, work: (pki: Pki) => Promise<T> | T): Promise<T> {
  const manifest = await openManifest(world, home.manifest);
  try {
    const identity = manifest.identity();
    if (identity === undefined) throw failure('ERR_HOME_MISSING', { home: home.directory });
    return await work({ world, home, manifest, identity });
  } finally {
    manifest.close();
  }
}
