// Implements the world with Node: streams, environment, randomness, files, child processes and prompts.
// `main.ts` opens it once. Hooks, TLS and prompts are loaded on first use, so a start stays short.
import { fstatSync, readSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { World } from '../world.ts';
import { descriptorSink } from './descriptor-sink.ts';
import { nodeFiles } from '../../store/files/files.ts';

/** Seconds that a program may run. A secret store has time to ask a person, and a cron job does not hang. */
const RUN_LIMIT = 30;

/** The world, and `flush`, which waits until all output has left the process. */
export type RealWorld = World & { flush(): Promise<void> };

/** Opens the real world. Only this code sees `processHandle` and `clock` of the launcher, which flushes before it exits. */
export function openRealWorld(processHandle: NodeJS.Process, clock: () => Date, templates: string): RealWorld {
  const isTTY = (descriptor: number): boolean =>
    isCharacterDevice(descriptor) && processHandle.getBuiltinModule('node:tty').isatty(descriptor);
  const out = descriptorSink(1, isTTY(1), () => processHandle.stdout);
  const err = descriptorSink(2, isTTY(2), () => processHandle.stderr);
  const interactive = isTTY(0) && isTTY(2);
  return {
    now: wholeSecond(clock()),
    clock: () => wholeSecond(clock()),
    random: randomBytes,
    env: processHandle.env,
    cwd: processHandle.cwd(),
    in: {
      isTTY: isTTY(0),
      readAll: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of processHandle.stdin) chunks.push(chunk as Buffer);
        return new Uint8Array(Buffer.concat(chunks));
      },
    },
    out,
    err,
    files: nodeFiles,
    templates,
    get actor() {
      return `${userInfo().username}@${hostname()}`;
    },
    pid: processHandle.pid,
    get account() {
      const { geteuid, getegid, getgroups } = processHandle;
      return { uid: geteuid?.() ?? 0, groups: [getegid?.() ?? 0, ...(getgroups?.() ?? [])] };
    },
    run: runProgram,
    runHook: async call => (await import('./run-hook.ts')).runHook(call, processHandle),
    handshake: async target => (await import('./handshake.ts')).shakeHands(target),
    readDescriptor,
    ...(interactive && {
      prompt: {
        secret: async message => (await import('../../cli/prompt.ts')).askSecret(message, processHandle.stderr),
        confirm: async message => (await import('../../cli/prompt.ts')).askConfirmation(message, processHandle.stderr),
      },
    }),
    ticks: () => performance.now(),
    flush: async () => {
      await out.flush();
      await err.flush();
    },
  };
}

/** Rounds down: X.509 times are whole seconds. */
const wholeSecond = (instant: Date): Date => new Date(Math.floor(instant.getTime() / 1000) * 1000);

/** Largest number of bytes that one call of getRandomValues gives. */
const RANDOM_QUOTA = 65_536;

/** Makes random bytes. The global `crypto` loads on first use; importing node:crypto costs every start 2 ms. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_QUOTA) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_QUOTA));
  return bytes;
}

/** Returns true for a character device. Asked before `isatty`: node:tty loads the network stack, which a pipe never needs. */
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    // closed: `svcauth <&-`
    return false;
  }
}

/** Runs a program with empty standard input. Its standard error is that of the user, for its own messages. */
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
    // the message repeats no argument: one of them may be a passphrase that was meant for another flag
    child.on('error', cause => reject(new Error('it cannot be started: is it installed and executable?', { cause })));
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
