import { resolve } from 'node:path';
import type { Prompt, Sink, World } from '../../../src/world/world.ts';
import type { ExitStatus } from '../../../src/errors/exit-status.ts';
import { shakeHands } from '../../../src/world/real/handshake.ts';
import { main } from '../../../src/main.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { documentFaults } from '../documents.ts';
import { seededRandom } from './random.ts';
import { tempDirectory } from './temp-directory.ts';

/** A world for a test: real files in its own directory, everything else scripted. Tests may change any part. */
export interface FakeWorld extends World {
  now: Date;
  clock: World['clock'];
  env: Record<string, string | undefined>;
  out: CapturedSink;
  err: CapturedSink;
  in: World['in'];
  files: World['files'];
  run: World['run'];
  runHook: World['runHook'];
  account: World['account'];
  handshake: World['handshake'];
  readDescriptor: World['readDescriptor'];
  prompt?: Prompt;
}

interface CapturedSink extends Sink {
  text: string;
  isTTY: boolean;
  columns: number;
}

export const START = new Date('2026-11-21T00:00:00Z');

/** Makes a world. Files are real ones under `cwd`; nothing is a terminal; no program runs; equal seeds draw equal bytes. */
export function fakeWorld(changes: Partial<FakeWorld> & { readonly seed?: string } = {}): FakeWorld {
  const { seed = 'svcauth', ...world } = changes;
  let ticks = 0;
  return {
    now: START,
    clock() {
      return this.now;
    },
    random: seededRandom(seed),
    env: {},
    cwd: world.cwd ?? tempDirectory(),
    in: stdin(''),
    out: capturedSink(),
    err: capturedSink(),
    files: nodeFiles,
    templates: resolve(import.meta.dirname, '../../../templates'),
    actor: 'ops@ca.example.org',
    pid: 4242,
    run: argv => Promise.reject(new Error(`this world has no program ${argv.join(' ')}`)),
    runHook: async ({ argv }) => ({
      outcome: 'failed',
      reason: `this world has no program ${argv.join(' ')}`,
      output: '',
      duration: 0,
    }),
    account: { uid: process.geteuid!(), groups: [process.getegid!(), ...process.getgroups!()] },
    handshake: shakeHands,
    readDescriptor: () => {
      throw new Error('this world has no open descriptors');
    },
    ticks: () => ticks++,
    ...world,
  };
}

export const stdin = (content: string | Uint8Array): World['in'] => ({
  isTTY: false,
  readAll: async () => (typeof content === 'string' ? new TextEncoder().encode(content) : content),
});

export function capturedSink(): CapturedSink {
  const sink: CapturedSink = {
    text: '',
    isTTY: false,
    columns: 0,
    write: text => {
      sink.text += text;
    },
  };
  return sink;
}

/** Answers in order; one question more than scripted fails the test. `asked` has the questions. */
export function scriptedPrompt(answers: readonly (string | boolean)[]): Prompt & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const next = (message: string) => {
    asked.push(message);
    if (left.length === 0) throw new Error(`unexpected question: ${message}`);
    return left.shift();
  };
  return {
    asked,
    secret: async message => next(message) as string,
    confirm: async message => next(message) as boolean,
  };
}

export interface Outcome {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process, and takes its output from the world. Documents must fit their schemas. */
export async function runSvcauth(world: FakeWorld, argv: readonly string[]): Promise<Outcome> {
  world.out.text = '';
  world.err.text = '';
  const status = await main(argv, world);
  const outcome = { status, stdout: world.out.text, stderr: world.err.text };
  const faults = await documentFaults(argv, outcome);
  if (faults.length > 0) throw new Error(`svcauth ${argv.join(' ')}:\n${faults.join('\n')}`);
  return outcome;
}
