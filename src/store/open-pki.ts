import type { World } from '../world/world.ts';
import { failure } from '../errors/error.ts';
import { openHome, sweepHome, type Home } from './home.ts';
import { withLock } from './lock.ts';
import type { Manifest, PkiIdentity } from './manifest/manifest.ts';
import { openManifest } from './manifest/sqlite-manifest.ts';

/** An opened PKI: what every verb is handed. */
export interface Pki {
  readonly world: World;
  readonly home: Home;
  readonly manifest: Manifest;
  readonly identity: PkiIdentity;
}

/** For verbs that change something: one at a time; `command` is what the others are told we are doing. Throws ERR_LOCKED. */
export async function changePki<T>(
  world: World,
  homeFlag: string | undefined,
  command: string,
  work: (pki: Pki) => Promise<T> | T,
): Promise<T> {
  const home = openHome(world, homeFlag);
  return withLock(world, home, command, () => withManifest(world, sweepHome(world.files, home), work));
}

/** For verbs that only look, dry runs among them: no lock, and nothing is swept. */
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
