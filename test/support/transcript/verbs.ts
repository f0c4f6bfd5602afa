import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runHook } from '../../../src/world/real/run-hook.ts';
import { runSvcauth, stdin, type FakeWorld } from '../world/world.ts';

export interface VerbOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Name of its directory in a page. */
const PAGE_DIRECTORY = '/srv/pki';

type FileVerb = (paths: readonly string[], input: string, words: readonly string[]) => string | void;

/** The few shell commands that pages need; each returns its output. */
const FILE_VERBS: Readonly<Record<string, FileVerb>> = {
  write: ([path], input) => writeFileSync(path!, input),
  cat: paths => paths.map(path => readFileSync(path, 'utf8')).join(''),
  ls: ([path]) =>
    readdirSync(path!)
      .sort()
      .map(name => `${name}\n`)
      .join(''),
  rm: paths => paths.forEach(path => rmSync(path, { recursive: true })),
  mkdir: paths => paths.forEach(path => mkdirSync(path, { recursive: true })),
  cp: ([from, to]) => cpSync(from!, to!, { recursive: true }),
  // install -m MODE FROM TO
  install: ([, , from, to], _, [, mode]) => {
    copyFileSync(from!, to!);
    chmodSync(to!, parseInt(mode!, 8));
  },
  chmod: ([, path], _, [mode]) => chmodSync(path!, parseInt(mode!, 8)),
};

export const toReal = (text: string, world: FakeWorld): string => text.replaceAll(PAGE_DIRECTORY, world.cwd);

export async function runVerb(argv: readonly string[], input: string, world: FakeWorld): Promise<VerbOutcome> {
  const rename = (text: string) => text.replaceAll(world.cwd, PAGE_DIRECTORY);
  const outcome = await dispatch(
    argv.map(word => toReal(word, world)),
    toReal(input, world),
    world,
  );
  return { status: outcome.status, stdout: rename(outcome.stdout), stderr: rename(outcome.stderr) };
}

async function dispatch(
  [verb = '', ...words]: readonly string[],
  input: string,
  world: FakeWorld,
): Promise<VerbOutcome> {
  if (verb === 'svcauth') {
    world.in = stdin(input);
    world.readDescriptor = () => new TextEncoder().encode(input);
    world.run = async argv => {
      const { status, stdout } = await dispatch(argv, '', world);
      if (status !== 0) throw new Error(`exit status ${status}`);
      return new TextEncoder().encode(stdout);
    };
    world.runHook = call => runHook(call, process);
    return runSvcauth(world, words);
  }
  if (verb === 'openssl') return openssl(words, input, world);
  const fileVerb = FILE_VERBS[verb];
  if (fileVerb === undefined) throw new Error(`a page has no command ${JSON.stringify(verb)}`);
  const paths = (words.length === 0 ? ['.'] : words).map(word => resolve(world.cwd, word));
  try {
    return { status: 0, stdout: fileVerb(paths, input, words) ?? '', stderr: '' };
  } catch (error) {
    return { status: 1, stdout: '', stderr: `${verb}: ${(error as NodeJS.ErrnoException).code}: ${words.join(' ')}\n` };
  }
}

function openssl(words: readonly string[], input: string, world: FakeWorld): Promise<VerbOutcome> {
  const [command = '', ...rest] = words;
  const clock = command === 'verify' ? ['-attime', String(world.now.getTime() / 1000)] : [];
  return new Promise(done => {
    const child = execFile(
      'openssl',
      [command, ...clock, ...rest],
      { cwd: world.cwd, encoding: 'utf8' },
      (error, stdout, stderr) => done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    // a program that reads nothing may have exited already
    child.stdin?.on('error', () => undefined).end(input);
  });
}
