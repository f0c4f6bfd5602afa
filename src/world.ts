import { randomBytes } from 'node:crypto';
import { readSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { isatty } from 'node:tty';
import type { Sink, World } from './context.ts';
import { nodeFiles } from './store/files.ts';

/** Seconds a program of ours may take: a secret store that asks a person on its own terminal, not one that hangs a cron job. */
const RUN_LIMIT = 30;

/** The real world. `processHandle` and `now` come from the launcher; nothing else in src/ sees them. */
export function openWorld(processHandle: NodeJS.Process, now: Date): World {
  // The standard streams are opened by first use: each costs a millisecond of start-up.
  const sink = (name: 'stdout' | 'stderr', isTTY: boolean): Sink => ({
    write: text => void processHandle[name].write(text),
    isTTY,
    get columns() {
      return isTTY ? processHandle[name].columns : 0;
    },
  });
  const interactive = isatty(0) && isatty(2);
  return {
    // X.509 times are whole seconds
    now: new Date(Math.floor(now.getTime() / 1000) * 1000),
    random: length => new Uint8Array(randomBytes(length)),
    env: processHandle.env,
    cwd: processHandle.cwd(),
    in: {
      isTTY: isatty(0),
      readAll: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of processHandle.stdin) chunks.push(chunk as Buffer);
        return new Uint8Array(Buffer.concat(chunks));
      },
    },
    out: sink('stdout', isatty(1)),
    err: sink('stderr', isatty(2)),
    files: nodeFiles,
    get actor() {
      return `${userInfo().username}@${hostname()}`;
    },
    pid: processHandle.pid,
    run: runProgram,
    readDescriptor,
    ...(interactive && {
      prompt: {
        secret: async message => (await import('./commands/prompt.ts')).askSecret(message, processHandle.stderr),
        confirm: async message => (await import('./commands/prompt.ts')).askConfirmation(message, processHandle.stderr),
      },
    }),
    ticks: () => performance.now(),
  };
}

/** Its standard input is empty, its standard error is the user's: it may complain there in its own words. */
async function runProgram([program, ...args]: readonly string[]): Promise<Uint8Array> {
  const { spawn } = await import('node:child_process');
  if (program === undefined) throw new Error('no program named');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: RUN_LIMIT * 1000,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    // a grandchild that keeps the pipe open must not keep us waiting past the limit
    child.on('exit', () => child.killed && child.stdout.destroy());
    child.on('close', (code, signal) => {
      if (code === 0) resolve(new Uint8Array(Buffer.concat(chunks)));
      else if (child.killed) reject(new Error(`no answer within ${RUN_LIMIT} seconds`));
      else reject(new Error(signal === null ? `exit status ${code}` : `ended by ${signal}`));
    });
  });
}

function readDescriptor(descriptor: number, limit: number): Uint8Array {
  const buffer = Buffer.alloc(limit + 1);
  let length = 0;
  for (let count = -1; count !== 0 && length <= limit; length += count) {
    count = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  const bytes = new Uint8Array(buffer.subarray(0, length));
  buffer.fill(0);
  if (length > limit) throw new RangeError(`more than ${limit} bytes`);
  return bytes;
}
