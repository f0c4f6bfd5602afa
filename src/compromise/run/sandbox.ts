import { join, sep } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { confinedFiles } from '../../store/files/confined-files.ts';
import { homeAt, openHome, PRIVATE_DIRECTORY, refuseOccupied, type Home } from '../../store/home.ts';
import { withLock } from '../../store/lock.ts';
import { copyHome, type CopiedHome } from './copy-home.ts';

/** A copy of a home, and a world that cannot write outside it. */
export interface Sandbox extends CopiedHome {
  /** Writes below the copy only, and runs no hook. */
  readonly world: World;
  readonly home: Home;
}

/**
 * Copies the home, passes the copy to `work`, and removes it afterwards. It stays if `keep` (an absolute path) names a directory for it
 * and `work` does not throw. Throws ERR_HOME_MISSING, ERR_LOCKED, ERR_HOME_EXISTS, ERR_DRILL_KEEP.
 */
export async function withSandbox<T>(
  world: World,
  homeFlag: string | undefined,
  keep: string | undefined,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const from = openHome(world, homeFlag);
  const directory = keep === undefined ? world.files.copyAside([]) : makeKept(world, from, keep);
  const confined: World = {
    ...world,
    files: confinedFiles(world.files, directory),
    runHook: async () => ({ outcome: 'failed', reason: 'a copy runs no hooks', output: '', duration: 0 }),
  };
  let isKept = false;
  try {
    const home = homeAt(join(directory, 'home'));
    const copied = await withLock(world, from, 'drill ca-compromise', () =>
      copyHome(confined, from, home, join(directory, 'outside')),
    );
    const result = await work({ ...copied, world: confined, home });
    isKept = keep !== undefined;
    return result;
  } finally {
    if (!isKept) world.files.remove(directory);
  }
}

function makeKept({ files }: World, { directory: home }: Home, directory: string): string {
  if (`${directory}${sep}`.startsWith(`${home}${sep}`)) throw failure('ERR_DRILL_KEEP', { directory, home });
  refuseOccupied(files, homeAt(directory));
  // it may have had another mode
  files.remove(directory);
  files.makeDirectory(directory, PRIVATE_DIRECTORY);
  return directory;
}
