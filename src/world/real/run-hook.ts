// Runs a hook of a deployment as a child process. Returns its outcome with the last 4096 bytes of its output.
// `real-world.ts` loads it. It uses no shell; a program that cannot be started is an outcome, not an error.
import { spawn } from 'node:child_process';
import type { HookCall, HookEnd } from '../hook-call.ts';

/** Largest number of bytes kept of the output. */
const OUTPUT_LIMIT = 4096;
/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 2000;
/** Milliseconds that a process left running by a hook may keep the output open after the hook's exit. */
const LINGER = 200;

/**
 * Runs a hook in its own process group, with an empty standard input. At its time limit the whole group gets SIGTERM, then SIGKILL;
 * when a signal ends svcauth, the group gets SIGKILL. Processes that a hook leaves running after its exit are not touched.
 */
export function runHook({ argv, env, limit }: HookCall, processHandle: NodeJS.Process): Promise<HookEnd> {
  const [program = '', ...args] = argv;
  const started = performance.now();
  const output = lastBytes(OUTPUT_LIMIT);
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timers: NodeJS.Timeout[] = [];
    let timedOut = false;
    const signalGroup = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) processHandle.kill(-child.pid, signal);
      } catch {
        // the group is empty
      }
    };
    const forget = whenToldToEnd(processHandle, () => signalGroup('SIGKILL'));
    const end = (problem: string | undefined): void => {
      timers.forEach(clearTimeout);
      forget();
      child.stdout.destroy();
      child.stderr.destroy();
      const reason = timedOut ? `stopped after ${limit} s` : problem;
      resolve({
        outcome: timedOut ? 'timed-out' : problem === undefined ? 'succeeded' : 'failed',
        ...(reason !== undefined && { reason }),
        output: output.text(),
        duration: Math.round(performance.now() - started),
      });
    };
    const after = (milliseconds: number, work: () => void): void => void timers.push(setTimeout(work, milliseconds));

    for (const stream of [child.stdout, child.stderr]) stream.on('data', output.add);
    after(limit * 1000, () => {
      timedOut = true;
      signalGroup('SIGTERM');
      after(GRACE, () => {
        signalGroup('SIGKILL');
        // not even SIGKILL ends a program that waits for a disk
        after(LINGER, () => end(undefined));
      });
    });
    child.on('error', cause => end(`it cannot be started (${(cause as NodeJS.ErrnoException).code ?? cause.message})`));
    child.on('exit', (code, signal) => {
      const problem = signal !== null ? `it was ended by ${signal}` : code === 0 ? undefined : `exit status ${code}`;
      if (timedOut) signalGroup('SIGKILL');
      after(LINGER, () => end(problem));
      child.on('close', () => end(problem));
    });
  });
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `work` before a signal ends this process; returns a function that removes the listeners. */
function whenToldToEnd(processHandle: NodeJS.Process, work: () => void): () => void {
  const forget = (): void => ENDING.forEach(signal => void processHandle.off(signal, listener));
  const listener = (signal: NodeJS.Signals): void => {
    forget();
    work();
    // without another listener, send the signal again: it then ends this process
    if (processHandle.listenerCount(signal) === 0) processHandle.kill(processHandle.pid, signal);
  };
  for (const signal of ENDING) processHandle.on(signal, listener);
  return forget;
}

/** Keeps the last `limit` bytes of a stream. */
function lastBytes(limit: number): { readonly add: (chunk: Buffer) => void; readonly text: () => string } {
  let kept = Buffer.alloc(0);
  let isCut = false;
  return {
    add: chunk => {
      isCut ||= kept.length + chunk.length > limit;
      kept = Buffer.concat([kept, chunk]).subarray(-limit);
    },
    text: () => {
      // a cut may go through a character
      const start = isCut ? kept.findIndex(byte => (byte & 0xc0) !== 0x80) : 0;
      return kept.subarray(start).toString('utf8');
    },
  };
}
