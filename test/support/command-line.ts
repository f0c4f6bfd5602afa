import { CommanderError, type Command } from 'commander';
import { splitWords } from '../../src/cli/words.ts';
import { describeProgram } from '../../src/main.ts';
import { addCommands } from '../../src/program/commands.ts';
import { fakeWorld } from './world/world.ts';

/** A command line as a page or a message shows it; one that is only named may lack what it needs. */
export interface Shown {
  readonly where: string;
  readonly line: string;
  readonly isWhole: boolean;
}

/** What follows `svcauth ` up to where a shell would end the command. */
export const commandsIn = (text: string): string[] =>
  text.split(/\n|&&|\|\|?|;/).flatMap(part => {
    const command = /(?:^|[\s"`(/])svcauth ([a-z-].*)/.exec(part)?.[1];
    return command === undefined ? [] : [command.split(/ (?:[>#]|\.\.\.)/)[0]!.trim()];
  });

const GAPS = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help'];

/** Why commander does not take the line; undefined when it does. Nothing is carried out. */
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
