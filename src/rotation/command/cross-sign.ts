import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { recertifyView } from '../view/recertify.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';

interface Flags extends PassphraseOptions {
  readonly by: string;
  readonly rootKey?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaCrossSign: AddCommand = (program, world, done) => {
  const command = group(program, 'ca')
    .command('cross-sign')
    .description('cross-sign a CA with another root, so verifiers that trust only that root accept it')
    .argument('<id>', 'id of a CA, such as issuing-g1')
    .requiredOption('--by <root>', 'root that signs')
    .option('--root-key <file>', 'key of that root, if it is kept offline')
    .option('--dry-run', 'show the certificate that would be issued, and change nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth ca cross-sign issuing-g1 --by root-g2',
    'svcauth ca cross-sign root-g2 --by root-g1 --root-key root-g1.key',
  ]);
  command.action(async (id: string, { by, rootKey, dryRun = false, output, ...flags }: Flags) => {
    const { recertify } = await import('../run/recertify.ts');
    const ask = passphraseAsker(flags, world, false);
    const outcome = await recertify(world, homeFlag(command), id, { crossSignBy: by }, { dryRun, rootKey, ask });
    print(world.out, output, withSpread(recertifyView(outcome, world.now), outcome.spread));
    if (outcome.failed.length > 0) done(EXIT.partial);
    reportSpread(world, done, outcome.spread);
  });
};
