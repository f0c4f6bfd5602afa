import { Command, CommanderError } from 'commander';
import type { World } from './context.ts';
import { failure, SvcauthError } from './errors.ts';
import { EXIT, type ExitStatus } from './errors/exit-status.ts';
import { addCommands } from './commands/all.ts';
import { formatError } from './render/error.ts';
import { VERSION } from './version.ts';

export { openWorld } from './world.ts';

/**
 * Runs one command line in a world and returns its exit status. Never exits, never throws: this is the one place where an
 * error becomes text.
 */
export async function main(argv: readonly string[], world: World): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.success;
  const program = new Command('svcauth')
    .description(
      'Internal PKI and certificate lifecycle: a private CA, SPIFFE service certificates, CRLs that are never stale.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .option('--home <dir>', 'where the PKI lives (default: $SVCAUTH_HOME, else ./.svcauth)')
    .option('--debug', 'print the trace of an unexpected failure')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: text => world.out.write(text),
      writeErr: text => world.err.write(text),
      outputError: () => undefined,
    });
  addCommands(program, world, result => {
    status = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (cause) {
    return report(cause, argv, world);
  }
}

function report(cause: unknown, argv: readonly string[], world: World): ExitStatus {
  if (cause instanceof CommanderError) {
    // help and version are not errors
    if (cause.exitCode === 0) return EXIT.success;
    const problem = cause.message.replace(/^error: /, '').replace(/\n\(Did you mean/, ' (did you mean');
    return report(failure('ERR_USAGE', { problem }), argv, world);
  }
  const known = cause instanceof SvcauthError;
  const error = known
    ? cause
    : failure('ERR_UNEXPECTED', { problem: cause instanceof Error ? cause.message : String(cause) });
  world.err.write(formatError(error));
  if (argv.includes('--debug') && cause instanceof Error) world.err.write(`${cause.stack ?? ''}\n`);
  return error.exitStatus;
}
