import { Option, type Command } from 'commander';
import type { World } from '../world/world.ts';
import type { ExitStatus } from '../errors/exit-status.ts';

/** The export of every command file: adds its command to the program. `done` sets an exit status other than success. */
export type AddCommand = (program: Command, world: World, done: (status: ExitStatus) => void) => void;

const GROUPS = {
  ca: 'create, list, extend and rotate CAs',
  crl: 'sign, verify, compare and publish certificate revocation lists',
  bundle: 'trust bundles: ours and those of federated trust domains',
  drill: 'print and rehearse the recovery plan for a compromised CA key',
  audit: 'show and verify the audit log, a hash chain of all changes',
  config: 'print configuration for servers, schedulers and monitoring',
} as const;

/** Finds or makes the parent of `ca init`, `ca list`, …. */
export function group(program: Command, name: keyof typeof GROUPS): Command {
  return program.commands.find(command => command.name() === name) ?? program.command(name).description(GROUPS[name]);
}

/** Finds or makes the parent of `ca rotate prepare`, `ca rotate publish`, …. */
export function rotateGroup(program: Command): Command {
  const ca = group(program, 'ca');
  const description = 'replace an issuing or root CA step by step, with rollback';
  return ca.commands.find(command => command.name() === 'rotate') ?? ca.command('rotate').description(description);
}

/** Keeps the earlier name of a command working. Lists show the new name only, the command's own help shows both. */
export function formerly(command: Command, name: string): Command {
  const description = command.description();
  return command.alias(name).summary(description).description(`${description} (formerly ${name})`);
}

/** Adds command lines that can be pasted to the end of a command's help. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', ['', 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n'));
}

/** Adds `-o`, an `OutputFormat`. */
export function outputOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'output format').choices(['table', 'json', 'jsonl']).default('table'),
  );
}

/** Returns `--home` as typed before or after the command, for `openHome`. */
export const homeFlag = (command: Command): string | undefined => command.optsWithGlobals<{ home?: string }>().home;

/** Makes an option that may be given several times; its value is a list, empty by default. */
export const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; repeatable`)
    .argParser((value: string, previous: readonly string[]): readonly string[] => [...previous, value])
    .default([], 'none');
