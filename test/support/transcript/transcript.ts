/**
 * Transcripts: pages that a user could have typed, executed.
 *
 *   # a comment
 *   @ 2026-11-21T00:00:00Z      sets the clock (`@ +30d`, `@ +36h` move it)
 *   % NAME=value                sets an environment variable for what follows (`% NAME=` removes it)
 *   $ svcauth issue payments    runs; a line that ends in ` \` continues in the next
 *   < text                      a line of its standard input
 *   > text                      a line of its standard output
 *   ! text                      a line of its standard error
 *   ? 2                         its exit status, 0 when absent
 *
 * `…` in an expected line stands for any text within that line, a line of `…` alone for any number of lines. Besides
 * `svcauth` a page has `write FILE`, `cat`, `ls`, `rm`, `mkdir`, `cp`, `chmod`, and `openssl` as installed (`openssl verify`
 * runs at the page's clock); `--passphrase-command` has the same words, and hooks are real programs. Each page has its own empty
 * directory, which it sees as /srv/pki, and random numbers that are the same in every run.
 */
import { splitWords } from '../../../src/cli/words.ts';
import { alignLines, matchesLines, splitLines } from './lines.ts';
import { runVerb, toReal } from './verbs.ts';
import { fakeWorld, type FakeWorld } from '../world/world.ts';

/**
 * Runs a page and returns it as it happened: equal to `page` if everything happened as written. `onPrinted` gets everything that svcauth
 * printed, and the line of the page.
 */
export async function replay(page: string, onPrinted?: (text: string, line: number) => void): Promise<string> {
  const world = fakeWorld();
  const lines = page.split('\n');
  const written: string[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    if (!line.startsWith('$ ')) {
      obey(line, world, at + 1);
      written.push(line);
      at++;
      continue;
    }
    const step = readStep(lines, at);
    const outcome = await runVerb(step.argv, step.stdin, world);
    if (step.argv[0] === 'svcauth') onPrinted?.(`${outcome.stdout}\n${outcome.stderr}`, at + 1);
    written.push(...step.typed, ...rewrite(step.expected, outcome));
    at = step.end;
  }
  return written.join('\n');
}

interface Step {
  readonly argv: readonly string[];
  readonly stdin: string;
  /** The lines up to the first expectation. */
  readonly typed: readonly string[];
  readonly expected: readonly string[];
  readonly end: number;
}

function readStep(lines: readonly string[], start: number): Step {
  let at = start;
  let command = lines[at++]!.slice(2);
  while (command.endsWith(' \\')) command = `${command.slice(0, -1)}${(lines[at++] ?? '').trim()}`;
  const input: string[] = [];
  while (isMarked(lines[at], '<')) input.push(unmark(lines[at++]!));
  const typed = lines.slice(start, at);
  const expectedFrom = at;
  while (['>', '!', '?'].some(mark => isMarked(lines[at], mark))) at++;
  return {
    argv: splitWords(command) ?? refuse(start + 1, `open quotes: ${command}`),
    stdin: input.map(line => `${line}\n`).join(''),
    typed,
    expected: lines.slice(expectedFrom, at),
    end: at,
  };
}

/** Returns the expectation if it matches; else the actual output, with the `…` that still match. */
function rewrite(
  expected: readonly string[],
  outcome: { readonly status: number; readonly stdout: string; readonly stderr: string },
): readonly string[] {
  const marked = (mark: string) => expected.filter(line => isMarked(line, mark)).map(unmark);
  const [stdout, stderr] = [splitLines(outcome.stdout), splitLines(outcome.stderr)];
  const status = marked('?');
  const holds =
    matchesLines(marked('>'), stdout) &&
    matchesLines(marked('!'), stderr) &&
    String(outcome.status) === (status[0] ?? '0') &&
    status.length <= 1;
  if (holds) return expected;
  const mark = (sign: string) => (line: string) => (line === '' ? sign : `${sign} ${line}`);
  return [
    ...alignLines(marked('>'), stdout).map(mark('>')),
    ...alignLines(marked('!'), stderr).map(mark('!')),
    ...(outcome.status === 0 ? [] : [`? ${outcome.status}`]),
  ];
}

const isMarked = (line: string | undefined, mark: string) => line === mark || line?.startsWith(`${mark} `) === true;
const unmark = (line: string) => line.slice(2);

/** Clock and environment lines. */
function obey(line: string, world: FakeWorld, lineNumber: number): void {
  if (line === '' || line.startsWith('#')) return;
  const [mark, value] = [line.slice(0, 2), line.slice(2).trim()];
  if (mark === '@ ') {
    world.now = value.startsWith('+') ? new Date(world.now.getTime() + milliseconds(value)) : new Date(value);
    if (Number.isNaN(world.now.getTime())) refuse(lineNumber, `no such time: ${value}`);
  } else if (mark === '% ') {
    const [name = '', content = ''] = [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)];
    world.env = { ...world.env, [name]: content === '' ? undefined : toReal(content, world) };
  } else {
    refuse(lineNumber, `a page has # @ % $ < > ! ? lines, not: ${line}`);
  }
}

function refuse(lineNumber: number, why: string): never {
  throw new Error(`line ${lineNumber}: ${why}`);
}

const UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

function milliseconds(span: string): number {
  if (!/^\+(\d+[smhd])+$/.test(span)) return Number.NaN;
  const parts = [...span.matchAll(/(\d+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT[unit as keyof typeof UNIT] * 1000, 0);
}
