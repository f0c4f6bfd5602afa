import { filesOver } from '../../../src/store/files/files.ts';
import { nodeSteps, type FileSteps } from '../../../src/store/files/file-steps.ts';
import type { Files } from '../../../src/world/files.ts';

/** A simulated power failure: the process has no further effect. */
export class PowerFailure extends Error {}

export interface FaultyFiles extends Files {
  /** Number of changing steps so far. */
  steps(): number;
  /** Counts and fails like a step: for changes of the disk outside these files. */
  step(): void;
}

/**
 * Files that fail at the n-th changing step (from 1). `disk-full`: this step fails, later ones work. `power`: a write is cut in half,
 * and every later step fails too, clean-up included. Without a step nothing fails: for counting.
 */
export function faultyFiles(failAtStep?: number, how: 'disk-full' | 'power' = 'power'): FaultyFiles {
  let count = 0;
  const dead = (): boolean => how === 'power' && failAtStep !== undefined && count > failAtStep;
  const fails = (): boolean => ++count === failAtStep || dead();
  const failure = (syscall: string): Error =>
    how === 'power'
      ? new PowerFailure(`at step ${count}`)
      : Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall });
  const guarded = (name: keyof FileSteps): unknown => {
    const step = nodeSteps[name].bind(nodeSteps) as (...values: unknown[]) => unknown;
    return (...values: unknown[]) => {
      if (!fails()) return step(...values);
      if (name === 'write' && !dead()) {
        const bytes = values[1] as Uint8Array;
        step(values[0], bytes.subarray(0, bytes.length >> 1));
      }
      if (name === 'close') step(...values);
      throw failure(name);
    };
  };
  const steps = Object.fromEntries((Object.keys(nodeSteps) as (keyof FileSteps)[]).map(name => [name, guarded(name)]));
  return {
    ...filesOver(steps as unknown as FileSteps),
    steps: () => count,
    step: () => {
      if (fails()) throw failure('write');
    },
  };
}
