import { failure } from '../../src/errors.ts';
import { nodeFiles } from '../../src/store/files.ts';
import { faultyFiles } from './faulty-files.ts';
import { runSvcauth, type FakeWorld, type Outcome } from './world.ts';

/**
 * Runs a command line during which the power fails at the n-th moment: at a step that changes a file, or in the middle of a manifest
 * transaction. Afterwards the world is as before, but for what the disk holds. Without a moment it ends well and counts them.
 */
export async function runUntil(
  world: FakeWorld,
  moment: number | undefined,
  argv: readonly string[],
  how: 'power' | 'disk-full' = 'power',
): Promise<Outcome & { readonly moments: number }> {
  const files = faultyFiles(moment, how);
  const { actor } = world;
  // every transaction asks who acts
  const doomed = Object.defineProperty({ ...world, files }, 'actor', {
    get: () => {
      try {
        files.step();
      } catch (cause) {
        if (how === 'power') throw cause;
        throw failure('ERR_MANIFEST_ACCESS', { path: 'manifest.db', reason: 'no space is left on the disk' }, cause);
      }
      return actor;
    },
  });
  const outcome = await runSvcauth(doomed, argv);
  world.files = nodeFiles;
  return { ...outcome, moments: files.steps() };
}
