import { CommanderError, type Command } from 'commander';
import { splitWords } from '../../src/cli/words.ts';
import { describeProgram } from '../../src/main.ts';
import { addCommands, wordsAfter } from '../../src/program/commands.ts';
import { fakeWorld } from './world/world.ts';

/** A command line from a page or a message; one that is only named may lack arguments. */
export interface Shown {
  readonly where: string;
  readonly line: string;
  readonly isWhole: boolean;
}

/** Pattern for the arguments after `svcauth `, up to the end of the shell command. */
export const commandsIn = (text: string): string[] =>
  text.split(/\n|&&|\|\|?|;/).flatMap(part => {
    const command = /(?:^|[\s"`(/])svcauth ([a-z-].*)/.exec(part)?.[1];
    return command === undefined ? [] : [command.split(/ (?:[>#]|\.\.\.)/)[0]!.trim()];
  });

const COMMAND = new RegExp(`(?<before>.?)\\bsvcauth (?<line>(?:--home \\S+ )?(?:${wordsAfter('').join('|')})\\b.*)`);

/**
 * Finds the command lines that a program printed. They go from `svcauth` and the name of a command to the end of the line, a gap of
 * two spaces, or the end of a shell command. Between double quotes a command is only named and may lack arguments. Usage lines and
 * titles are skipped.
 */
export const printedCommands = (text: string, where: string): Shown[] =>
  text
    .split('\n')
    .flatMap(jsonTexts)
    .flatMap((printed): Shown[] => {
      if (/^Usage: |::(error|warning|notice) |<testsuite|"title": /.test(printed)) return [];
      const { before, line } = COMMAND.exec(jsonValue(printed) ?? printed)?.groups ?? {};
      if (before === undefined || line === undefined || /^[\w-]$/.test(before)) return [];
      if (before === '"') return [{ where, line: line.split('"')[0]!, isWhole: false }];
      return [{ where, line: line.split(/ {2,}| [>(#|;]|;$|<\/| &&| 2>| \|\|/)[0]!.trim(), isWhole: true }];
    });

/** Returns every text of a JSON document on one line (`-o jsonl`, errors); any other line as it is. */
function jsonTexts(line: string): readonly string[] {
  if (!line.startsWith('{"')) return [line];
  const texts = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(texts);
  return texts(JSON.parse(line));
}

/** Reads the string of a line of indented JSON: `"remedy": "…",`. */
function jsonValue(line: string): string | undefined {
  const text = /^\s*(?:"[^"]*": )?(".*"),?$/.exec(line)?.[1];
  try {
    return text === undefined ? undefined : (JSON.parse(text) as string);
  } catch {
    return undefined;
  }
}

const GAPS = [
  'commander.missingArgument',
  'commander.optionMissingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.help',
];

/** Returns the reason why commander rejects the line; undefined when it accepts it. Executes nothing. */
async function fault({ line, isWhole }: Shown): Promise<string | undefined> {
  const world = fakeWorld({ cwd: '/nowhere' });
  const program = describeProgram(world);
  await addCommands([], program, world, () => undefined);
  silence(program);
  const argv = splitWords(line);
  if (argv === undefined) return 'open quotes';
  try {
    await program.parseAsync(argv, { from: 'user' });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode === 0 || (!isWhole && GAPS.includes(cause.code))) return undefined;
    return cause.message;
  }
}

function silence(command: Command): void {
  if (command.commands.length === 0) command.action(() => undefined);
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  command.commands.forEach(silence);
}

export async function faultsOf(shown: readonly Shown[]): Promise<string[]> {
  const faults = await Promise.all(shown.map(async each => ({ ...each, problem: await fault(each) })));
  return faults.flatMap(({ where, line, problem }) =>
    problem === undefined ? [] : `${where}: svcauth ${line}: ${problem}`,
  );
}
