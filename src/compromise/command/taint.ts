import { taintView } from '../view/taint.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly reason: string;
  readonly revoke?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaTaint: AddCommand = (program, world, done) => {
  const command = group(program, 'ca')
    .command('taint')
    .description('mark a CA as compromised: it stops issuing, and every certificate it issued becomes due for renewal')
    .argument('<id>', 'id of a CA, such as issuing-g1')
    .requiredOption('--reason <text>', 'reason for the taint, for the audit log')
    .option('--revoke', 'also revoke its certificate: verifiers with the new CRL reject every certificate below it')
    .option('--dry-run', 'show the changes, and change nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth ca taint issuing-g1 --reason "key found in a backup" --dry-run',
    'svcauth ca taint issuing-g1 --reason "key found in a backup"',
    'svcauth ca taint issuing-g1 --reason "every certificate is replaced" --revoke',
  ]);
  command.action(async (id: string, flags: Flags) => {
    const { taintRun } = await import('../run/taint.ts');
    const { spreadTrust } = await import('../../deployment/run/publish-and-reload.ts');
    const request = { id, reason: flags.reason, revoke: flags.revoke ?? false };
    const ask = passphraseAsker(flags, world, false);
    const outcome = await taintRun(world, homeFlag(command), request, {
      dryRun: flags.dryRun ?? false,
      ask,
      spread: spreadTrust,
    });
    print(world.out, flags.output, withSpread(taintView(outcome), outcome.spread));
    reportSpread(world, done, outcome.spread);
  });
};
