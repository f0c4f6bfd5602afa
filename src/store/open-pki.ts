// Opens a PKI for a command: its home, its manifest and, for a command that changes it, its lock.
// Every `run/` floor gets its `Pki` here. It decides nothing about the PKI.
import type { World } from '../world/world.ts';
import { failure } from '../errors/error.ts';
import { settleClock, type ClockUse } from './clock.ts';
import { openHome, sweepHome, type Home } from './home.ts';
import { withLock, type OutsideLock } from './lock.ts';
import type { Manifest, PkiIdentity } from './manifest/manifest.ts';
import { openManifest, openManifestToChange } from './manifest/sqlite-manifest.ts';

/** An opened PKI, for every command. */
export interface Pki {
  readonly world: World;
  readonly home: Home;
  readonly manifest: Manifest;
  readonly identity: PkiIdentity;
  /**
   * Runs slow work of others, such as hooks, without the lock; then `world.now` is read anew. Rows read before it may have
   * changed, so its results are compared with the manifest before they are recorded. Not inside a transaction. Throws
   * ERR_LOCK_LOST if the lock cannot be taken again: then nothing more may be changed. Without a lock it only runs the work.
   */
  readonly outsideLock: OutsideLock;
}

/**
 * Opens a PKI under its lock, for commands that change it. A waiting run reports `command` as the holder. The time is read again
 * under the lock: what the run before wrote is not in the future. Throws ERR_LOCKED, ERR_CLOCK_BEHIND and ERR_CLOCK_JUMPED.
 */
export async function changePki<T>(
  world: World,
  homeFlag: string | undefined,
  command: string,
  work: (pki: Pki) => Promise<T> | T,
  clock: ClockUse = 'right',
): Promise<T> {
  const home = openHome(world, homeFlag);
  return withLock(world, home, command, outside => {
    const { present, readClock } = movingWorld(world);
    const outsideLock: OutsideLock = async inner => {
      const result = await outside(inner);
      readClock();
      return result;
    };
    return withManifest(
      present,
      sweepHome(world.files, home),
      outsideLock,
      pki => {
        settleClock(pki, clock);
        return work(pki);
      },
      openManifestToChange,
    );
  });
}

/** Opens a PKI without its lock, for commands that only read and for dry runs. */
export const readPki = <T>(
  world: World,
  homeFlag: string | undefined,
  work: (pki: Pki) => Promise<T> | T,
): Promise<T> => withManifest(world, openHome(world, homeFlag), inner => inner(), work);

/** Makes a world with the time of now. The time moves on when `readClock` is called, and never back. */
function movingWorld(world: World): { readonly present: World; readonly readClock: () => void } {
  let now = world.clock();
  const present = Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(world),
      now: { get: () => now, enumerable: true },
    },
  ) as World;
  const readClock = (): void => {
    const read = world.clock();
    if (read > now) now = read;
  };
  return { present, readClock };
}

async function withManifest<T>(
  world: World,
  home: Home,
  outsideLock: OutsideLock,
  work: (pki: Pki) => Promise<T> | T,
  open: typeof openManifest = openManifest,
): Promise<T> {
  const manifest = await open(world, home.manifest);
  try {
    const identity = manifest.identity();
    if (identity === undefined) throw failure('ERR_HOME_MISSING', { home: home.directory });
    return await work({ world, home, manifest, identity, outsideLock });
  } finally {
    manifest.close();
  }
}
