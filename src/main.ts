// Defines the options that every command has, and ends each run with its exit status.
// `bin/svcauth.js` calls it with the real world; tests call it with a fake one. `program/commands.ts` lists the commands.
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { World } from './world/world.ts';
import { failure, SvcauthError } from './errors/error.ts';
import { FIRST_HOUR } from './errors/remedy.ts';
import { CONDITION_STATUS, EXIT, EXIT_MEANING, NAGIOS_STATUS, type ExitStatus } from './errors/exit-status.ts';
import { addCommands } from './program/commands.ts';
import { parseDuration } from './time/duration.ts';
import { isNagiosPlugin } from './cli/nagios-plugin.ts';
import { asksForJson } from './cli/output-format.ts';
import { isSystemdCondition } from './cli/systemd-condition.ts';
import { usageError } from './program/usage-error.ts';
import { reportFailure } from './view/message.ts';
import { nagiosLine } from './view/nagios-line.ts';
import { VERSION } from './version.ts';
import { openRealWorld, type RealWorld } from './world/real/real-world.ts';

/** Opens the real world. `templates/` is beside src/ and beside dist/. */
export const openWorld = (processHandle: NodeJS.Process, clock: () => Date): RealWorld =>
  openRealWorld(processHandle, clock, join(import.meta.dirname, '../templates'));

/**
 * Runs one command line in a world and returns its exit status. Never exits, never throws: only this function turns an error into
 * text.
 */
export async function main(argv: readonly string[], ambient: World): Promise<ExitStatus> {
  const world = worldFor(argv, ambient);
  let status: ExitStatus = EXIT.success;
  const program = describeProgram(world);
  try {
    await addCommands(argv, program, world, result => {
      status = result;
    });
    program.hook('preAction', () => {
      const { lockWait } = program.opts<Pick<World, 'lockWait'>>();
      if (lockWait !== undefined) Object.assign(world, { lockWait });
    });
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) return report(cause, argv, world);
    // commander ends help and version with an error of exit code 0
    if (cause.exitCode === 0) return EXIT.success;
    // `svcauth` and `svcauth ca` alone: help went to stderr. A script whose "$command" is empty must not read success.
    if (cause.code === 'commander.help') return EXIT.usage;
    return report(usageError(cause, program, argv), argv, world);
  }
}

/** Adapts the world to the command line: no colours, or JSON on standard error and no progress line there. */
function worldFor(argv: readonly string[], ambient: World): World {
  const asked: Partial<World> = {
    ...(argv.includes('--no-color') && { env: { ...ambient.env, FORCE_COLOR: '0' } }),
    ...(asksForJson(argv) && {
      jsonMessages: true,
      err: { write: text => ambient.err.write(text), isTTY: false, columns: 0 },
    }),
  };
  // descriptors are copied, so the account and its name are looked up only on use
  const kept = Object.getOwnPropertyDescriptors(ambient);
  return Object.defineProperties({}, { ...kept, ...Object.getOwnPropertyDescriptors(asked) }) as World;
}

/** Makes the program without its commands. Global options may come before and after the command. */
export function describeProgram(world: World): Command {
  return new Command('svcauth')
    .description(
      ['Private CA for services: SPIFFE certificates, rotation without downtime, CRLs.', '', ...firstHour()].join('\n'),
    )
    .version(VERSION, '-V, --version', 'print the version')
    .option('--home <dir>', 'directory of the PKI (default: $SVCAUTH_HOME or ./.svcauth)')
    .option('--lock-wait <duration>', 'time to wait for another run that changes the PKI (default: 10s)', parseLockWait)
    .option('--no-color', 'print without colours, like NO_COLOR')
    .option('--debug', 'print a stack trace after an error')
    .helpOption('-h, --help', 'print help')
    .commandsGroup('Help:')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', ['', 'Exit status:', ...exitStatusLines()].join('\n'))
    .configureHelp({ showGlobalOptions: true, subcommandTerm: command => command.name(), commandUsage })
    .exitOverride()
    .configureOutput({
      writeOut: text => world.out.write(text),
      writeErr: text => world.err.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => world.out.columns || 80,
      getErrHelpWidth: () => world.err.columns || 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/** Reads a duration into milliseconds; `0s` waits for nothing. Throws ERR_DURATION. */
const parseLockWait = (text: string): number => (/^0[a-z]*$/.test(text) ? 0 : parseDuration(text) * 1000);

/** Lists the first five tasks of a new user, as command lines that can be pasted. */
function firstHour(): string[] {
  const tasks = Object.entries(FIRST_HOUR);
  const width = Math.max(...tasks.map(([task]) => task.length));
  return ['First hour:', ...tasks.map(([task, line]) => `  ${task.padEnd(width)}  ${line}`)];
}

/** Writes the usage line without earlier names of the command. */
function commandUsage(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name());
  return `${names.join(' ')} ${command.usage()}`;
}

const exitStatusLines = (): string[] =>
  Object.entries(EXIT).map(
    ([name, status]) => `  ${String(status).padEnd(4)} ${EXIT_MEANING[name as keyof typeof EXIT]}`,
  );

function report(cause: unknown, argv: readonly string[], world: World): ExitStatus {
  const error =
    cause instanceof SvcauthError
      ? cause
      : failure('ERR_UNEXPECTED', { problem: cause instanceof Error ? cause.message : String(cause) });
  const status = isSystemdCondition(argv)
    ? CONDITION_STATUS.undecided
    : isNagiosPlugin(argv)
      ? NAGIOS_STATUS.unknown
      : error.exitStatus;
  const trace = argv.includes('--debug') && cause instanceof Error ? (cause.stack ?? '') : undefined;
  reportFailure(world, error, status, trace);
  // a plugin answers on standard output, unless standard output failed
  if (isNagiosPlugin(argv) && error.code !== 'ERR_OUTPUT') world.out.write(`${nagiosLine('unknown', error.oneLine)}\n`);
  return status;
}
