import { EXIT } from '../../errors/exit-status.ts';
import { parseDuration } from '../../time/duration.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { recertifyView } from '../view/recertify.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly lifetime?: string;
  readonly rootKey?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaExtend: AddCommand = (program, world, done) => {
  const command = group(program, 'ca')
    .command('extend')
    .description('a new certificate for the same key of a CA, for longer; what it signed stays good')
    .argument('<id>', 'as ca list shows it, like issuing-g1')
    .option('--lifetime <duration>', 'from now on (default: as long as it has)')
    .option('--root-key <file>', 'the key of the root that signs, when that is kept elsewhere')
    .option('--dry-run', 'print what would be made, and make nothing');
  outputOption(passphraseOptions(command));
  examples(command, ['svcauth ca extend issuing-g1 --lifetime 180d', 'svcauth ca extend root-g1 --root-key root.key']);
  command.action(async (id: string, { lifetime, rootKey, dryRun = false, output, ...flags }: Flags) => {
    const { recertify } = await import('../run/recertify.ts');
    const extend = { lifetime: lifetime === undefined ? undefined : parseDuration(lifetime) };
    const ask = passphraseAsker(flags, world, false);
    const outcome = await recertify(world, homeFlag(command), id, { extend }, { dryRun, rootKey, ask });
    print(world.out, output, recertifyView(outcome, world.now));
    if (outcome.failed.length > 0) done(EXIT.partial);
  });
};
