import { taintView } from '../view/taint.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly reason: string;
  readonly revoke?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaTaint: AddCommand = (program, world) => {
  const command = group(program, 'ca')
    .command('taint')
    .description('mark a CA whose key somebody else may have: it signs nothing more, and what it signed is due')
    .argument('<id>', 'as ca list shows it, like issuing-g1')
    .requiredOption('--reason <text>', 'what happened, for the audit log')
    .option('--revoke', "its certificate as well: with its issuer's next CRL verifiers refuse everything below it")
    .option('--dry-run', 'print what would be done, and do nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth ca taint issuing-g1 --reason "key found in a back-up" --dry-run',
    'svcauth ca taint issuing-g1 --reason "key found in a back-up"',
    'svcauth ca taint issuing-g1 --reason "everything below it is replaced" --revoke',
  ]);
  command.action(async (id: string, flags: Flags) => {
    const { taintRun } = await import('../run/taint.ts');
    const request = { id, reason: flags.reason, revoke: flags.revoke ?? false };
    const ask = passphraseAsker(flags, world, false);
    const outcome = await taintRun(world, homeFlag(command), request, { dryRun: flags.dryRun ?? false, ask });
    print(world.out, flags.output, taintView(outcome));
  });
};
