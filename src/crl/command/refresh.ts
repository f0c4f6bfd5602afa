import { Option } from 'commander';
import { EXIT } from '../../errors/exit-status.ts';
import { reportErrors } from '../../view/message.ts';
import { crlRefreshView, crlRefreshWarnings } from '../view/refresh.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { warn } from '../../view/message.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly ca: readonly string[];
  readonly key?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCrlRefresh =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'crl')
      .command('refresh')
      .description('sign the CRLs that are due: after a revocation, by age, or when one is missing')
      .addOption(repeatable('--ca <id>', 'refresh only the CRL of this CA'))
      .option('--key <file>', 'key file of the CA given with --ca, if its key is not in the home')
      // earlier scripts pass it; it never had an effect of its own
      .addOption(new Option('--if-due').hideHelp())
      .addOption(new Option('--force', 'sign new CRLs even if none is due').conflicts('ifDue'))
      .option('--dry-run', 'print what would be signed and why; sign nothing');
    outputOption(passphraseOptions(command));
    examples(command, [
      'svcauth crl refresh --passphrase-file /run/secrets/ca',
      'svcauth crl refresh --ca root-g1 --key /media/usb/root.key',
    ]);
    command.action(async (flags: Flags) => {
      const { crlRefreshRun } = await import('../run/refresh-run.ts');
      const { ca: only, key, force = false, dryRun = false } = flags;
      const ask = passphraseAsker(flags, world, false);
      const outcome = await crlRefreshRun(world, homeFlag(command), { only, key, force, dryRun, ask, spread });
      const view = crlRefreshView(outcome, world.now, await terminalOf(world));
      print(world.out, flags.output, withSpread(view, outcome.spread));
      for (const warning of crlRefreshWarnings(outcome, world.now)) warn(world, warning);
      for (const { error } of outcome.result?.failed ?? []) reportErrors(world, [error]);
      if (outcome.result !== undefined && outcome.result.failed.length > 0) done(EXIT.partial);
      reportSpread(world, done, outcome.spread);
    });
  };
