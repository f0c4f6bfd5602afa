import type { Command } from 'commander';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addCommands } from '../../src/program/commands.ts';
import { EXIT, EXIT_MEANING } from '../../src/errors/exit-status.ts';
import { describeProgram } from '../../src/main.ts';
import { fakeWorld, runSvcauth } from '../support/world/world.ts';
import { commandsIn, faultsOf, type Shown } from '../support/command-line.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const pages = [
  'README.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(new URL('docs/', root)).map(n => `docs/${n}`),
];

function shownIn(path: string): Shown[] {
  const text = read(path).replaceAll(/ \\\n\s*/g, ' ');
  const fences = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].map(match => match[1]!);
  const spans = [...text.replaceAll(/^```\w*\n.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(match => match[1]!);
  return [
    ...fences.flatMap(commandsIn).map(line => ({ where: path, line, isWhole: true })),
    ...spans.flatMap(commandsIn).map(line => ({ where: path, line, isWhole: false })),
  ];
}

/** Runs in a template, with its holes filled with anything; redirections are the shell's. */
function runsIn(name: string): Shown[] {
  const lines = read(`templates/${name}`)
    .replaceAll(/@(?:program|plain|renewing):[a-z]+@/g, '/svcauth')
    .replaceAll(/@[a-z-]+:[a-z]+@/g, 'x')
    .replaceAll(/ \d<<< .*/g, '')
    .split('\n');
  const commands = lines
    .filter(line => !/^\s*(?:#|summary:|description:)/.test(line))
    .flatMap(line => commandsIn(line));
  return commands.map(line => ({ where: `templates/${name}`, line, isWhole: true }));
}

/** Hints and remedies that the transcripts show. */
function hintsIn(name: string): Shown[] {
  const lines = read(`test/transcripts/${name}`).split('\n');
  return lines
    .filter(
      line => /^(?:! svcauth: (?:hint|warning):|> (?:warning|critical) )/.test(line) && !line.includes('"svcauth '),
    )
    .flatMap(commandsIn)
    .map(line => ({ where: `test/transcripts/${name}`, line, isWhole: true }));
}

describe('shown command lines', () => {
  test.for(pages)('the command line accepts every command in %s', async path => {
    expect(await faultsOf(shownIn(path))).toEqual([]);
  });

  test('the command line accepts every example of --help', async () => {
    const world = fakeWorld();
    const program = describeProgram(world);
    await addCommands([], program, world, () => undefined);
    const pathsOf = (command: Command): string[][] =>
      command.commands.length === 0
        ? [[command.name()]]
        : command.commands.flatMap(pathsOf).map(path => [command.name(), ...path]);
    const paths = program.commands.flatMap(pathsOf);
    for (const path of paths) {
      const { stdout } = await runSvcauth(fakeWorld(), [...path, '--help']);
      const examples = [...stdout.matchAll(/^ {2}\$ (.*)$/gm)].flatMap(match => commandsIn(match[1]!));
      expect(examples, path.join(' ')).not.toEqual([]);
      expect(await faultsOf(examples.map(line => ({ where: path.join(' '), line, isWhole: true })))).toEqual([]);
    }
  });

  test('the command line accepts every command in the templates', async () => {
    const shown = readdirSync(new URL('templates/', root)).flatMap(runsIn);
    expect(new Set(shown.map(({ line }) => line.split(' ')[0]))).toEqual(
      new Set(['tick', 'apply', 'check', 'renew', 'due']),
    );
    expect(await faultsOf(shown)).toEqual([]);
  });

  test('the command line accepts every hint and remedy in the transcripts', async () => {
    const names = readdirSync(new URL('test/transcripts/', root), { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.txt'),
    );
    const shown = names.flatMap(hintsIn);
    expect(shown.length).toBeGreaterThan(50);
    expect(await faultsOf([...new Map(shown.map(each => [each.line, each])).values()])).toEqual([]);
  });
});

test('an invalid command line is reported', async () => {
  const shown = (line: string) => ({ where: 'here', line, isWhole: true });
  expect(
    await faultsOf([shown('isue payments'), shown('issue payments --dsn a'), shown('check -o yaml')]),
  ).toHaveLength(3);
});

test.for(pages)('every link of %s points to an existing file', (path, context) => {
  const unwritten = path === 'README.md' && !existsSync(new URL('docs/speed.md', root));
  context.skip(unwritten, 'docs/speed.md is not written yet');
  const targets = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(match => match[1]!);
  const here = new URL(path, root);
  expect(targets.filter(target => !existsSync(new URL(target, here)))).toEqual([]);
});

test('the documented exit statuses match the program', () => {
  const rows = [...read('docs/cron-and-ci.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, status, text]) => [
    status,
    text,
  ]);
  const table = Object.entries(EXIT).map(([name, status]) => [
    String(status),
    EXIT_MEANING[name as keyof typeof EXIT_MEANING],
  ]);
  expect(rows).toEqual(table);
});
