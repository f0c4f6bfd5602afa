import { Option, type Command } from 'commander';
import type { World } from '../world/world.ts';
import type { ExitStatus } from '../errors/exit-status.ts';

/** What every command file exports: adds itself to the program. `done` tells `main` the exit status when it is not success. */
export type AddCommand = (program: Command, world: World, done: (status: ExitStatus) => void) => void;

const GROUPS = {
  ca: 'certification authorities: make, list, show, rotate',
  crl: 'certificate revocation lists: refresh, presign, show, verify, diff, publish',
  bundle: 'trust bundles: what verifiers load',
  drill: 'what to do on a bad day, before it comes',
  audit: 'the hash-chained log of every change',
  config: 'configuration for schedulers, monitors and the programs that use the certificates',
} as const;

/** The parent of `ca init`, `ca list`, …: found or made. */
export function group(program: Command, name: keyof typeof GROUPS): Command {
  return program.commands.find(command => command.name() === name) ?? program.command(name).description(GROUPS[name]);
}

/** The parent of `ca rotate prepare`, `ca rotate publish`, …: found or made. */
export function rotateGroup(program: Command): Command {
  const ca = group(program, 'ca');
  const description = 'replace an issuing CA or a root, with an overlap and a way back';
  return ca.commands.find(command => command.name() === 'rotate') ?? ca.command('rotate').description(description);
}

/** Keeps the earlier name of a command working. Lists show the new name only, the command's own help shows both. */
export function formerly(command: Command, name: string): Command {
  const description = command.description();
  return command.alias(name).summary(description).description(`${description} (formerly ${name})`);
}

/** Ends a command's help with command lines that can be pasted. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', ['', 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n'));
}

/** `-o`, for every command that reads; an `OutputFormat`. */
export function outputOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'jsonl']).default('table'),
  );
}

/** `--home` as typed before or after the command, for `openHome`. */
export const homeFlag = (command: Command): string | undefined => command.optsWithGlobals<{ home?: string }>().home;

/** An option that may stand several times; its value is a list, empty when it is not given. */
export const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; repeatable`)
    .argParser((value: string, previous: readonly string[]): readonly string[] => [...previous, value])
    .default([], 'none');
