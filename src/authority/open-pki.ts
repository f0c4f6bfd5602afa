import type { World } from '../context.ts';
import { failure } from '../errors.ts';
import { openHome, sweepHome, type Home } from '../store/home.ts';
import { withLock } from '../store/lock.ts';
import type { Manifest, PkiIdentity } from '../store/manifest.ts';
import { openManifest } from '../store/sqlite-manifest.ts';

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
  return withLock(world, home, command, async () => {
    sweepHome(world.files, home);
    const manifest = await openManifest(world, home.manifest);
    try {
      const identity = manifest.identity();
      if (identity === undefined) throw failure('ERR_HOME_MISSING', { home: home.directory });
      return await work({ world, home, manifest, identity });
    } finally {
      manifest.close();
    }
  });
}
