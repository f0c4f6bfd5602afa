/**
 * A clock that a test moves: the real time and an offset in whole days. Every program that is started with its environment reads it,
 * through libfaketime, and so do the children of that program.
 */
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../../support/programs.ts';

export interface MovedClock {
  readonly env: Readonly<Record<string, string>>;
  /** Days since the start. */
  day(): number;
  moveTo(day: number): void;
}

const DAY = 86_400;

/** Path of libfaketime for programs with threads. Undefined when it is not installed or cannot move the clock of this Node. */
const library = once(() => {
  const { status, stdout } = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const env = { ...environment(), LD_PRELOAD: stdout.trim(), FAKETIME: '+1000d', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  // a statically linked Node reads the real clock
  const [moved, real] = [env, process.env].map(each =>
    Number(spawnSync(process.execPath, ['-p', 'Date.now()'], { encoding: 'utf8', env: each }).stdout),
  );
  return moved! - real! > 900 * DAY * 1000 ? stdout.trim() : undefined;
});

export const canMoveClock = (): boolean => library() !== undefined;

/** Makes a clock in an empty directory that every account can read. */
export function movedClock(directory: string): MovedClock {
  const file = join(directory, 'offset');
  let today = 0;
  function moveTo(day: number): void {
    // a program that reads half an offset exits
    writeFileSync(`${file}.next`, `+${day * DAY}`);
    renameSync(`${file}.next`, file);
    today = day;
  }
  moveTo(0);
  return {
    env: {
      LD_PRELOAD: library()!,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // timers keep their real speed
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // files keep their real times: moved ones would change whenever the clock moves
      NO_FAKE_STAT: '1',
    },
    day: () => today,
    moveTo,
  };
}

/** Removes what libfaketime leaves behind of a program that replaced itself, as HAProxy does at a reload. */
export function removeTraces(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
    rmSync(join('/dev/shm', name), { force: true });
}

function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: read() }).value;
}
