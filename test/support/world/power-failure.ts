import { failure } from '../../../src/errors/error.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { faultyFiles } from './faulty-files.ts';
import { runSvcauth, type FakeWorld, type Outcome } from './world.ts';

/**
 * Runs a command line during which the power fails at the n-th moment. A moment is a step that changes a file, or the middle of a
 * manifest transaction. Afterwards the world is as before, except for the disk. Without a moment it runs to its end and counts them.
 */
export async function runUntil(
  world: FakeWorld,
  moment: number | undefined,
  argv: readonly string[],
  how: 'power' | 'disk-full' = 'power',
): Promise<Outcome & { readonly moments: number; readonly transactions: readonly number[] }> {
  const files = faultyFiles(moment, how);
  const transactions: number[] = [];
  const { actor } = world;
  // every transaction asks for the actor
  const doomed = Object.defineProperty({ ...world, files }, 'actor', {
    get: () => {
      try {
        transactions.push(files.steps() + 1);
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
  return { ...outcome, moments: files.steps(), transactions };
}

/** Number of moments from one that is tried to the next. */
const STRIDE = 5;

/**
 * Runs a command line to its end, and chooses the moments for a power failure. These are the first and the last, every transaction
 * and the moments beside it, and every few of the others.
 */
export async function tellingMoments(world: FakeWorld, argv: readonly string[]): Promise<readonly number[]> {
  const { status, stderr, moments, transactions } = await runUntil(world, undefined, argv);
  if (status !== 0) throw new Error(`svcauth ${argv.join(' ')} ended with ${status}: ${stderr}`);
  const beside = new Set([1, moments, ...transactions.flatMap(moment => [moment - 1, moment, moment + 1])]);
  const all = Array.from({ length: moments }, (_, index) => index + 1);
  return all.filter(moment => beside.has(moment) || moment % STRIDE === 0);
}
