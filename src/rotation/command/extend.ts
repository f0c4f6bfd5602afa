import { EXIT } from '../../errors/exit-status.ts';
import { parseDuration } from '../../time/duration.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { shortenedText } from '../view/shortened.ts';
import { recertifyView } from '../view/recertify.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';

interface Flags extends PassphraseOptions {
  readonly lifetime?: string;
  readonly rootKey?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaExtend: AddCommand = (program, world, done) => {
  const command = group(program, 'ca')
    .command('extend')
    .description('renew a CA certificate with the same key; certificates it issued stay valid')
    .argument('<id>', 'id of a CA, such as issuing-g1')
    .option('--lifetime <duration>', 'lifetime from now (default: the current lifetime)')
    .option('--root-key <file>', 'key of the root that signs, if it is kept offline')
    .option('--dry-run', 'show the certificate that would be issued, and change nothing');
  outputOption(passphraseOptions(command));
  examples(command, ['svcauth ca extend issuing-g1 --lifetime 180d', 'svcauth ca extend root-g1 --root-key root.key']);
  command.action(async (id: string, { lifetime, rootKey, dryRun = false, output, ...flags }: Flags) => {
    const { recertify } = await import('../run/recertify.ts');
    const extend = { lifetime: lifetime === undefined ? undefined : parseDuration(lifetime) };
    const ask = passphraseAsker(flags, world, false);
    const outcome = await recertify(world, homeFlag(command), id, { extend }, { dryRun, rootKey, ask });
    print(world.out, output, withSpread(recertifyView(outcome, world.now), outcome.spread));
    const { planned } = outcome;
    if (planned?.wantedNotAfter)
      warn(world, shortenedText(id, planned.notAfter, planned.wantedNotAfter, planned.by.id));
    if (outcome.failed.length > 0) done(EXIT.partial);
    reportSpread(world, done, outcome.spread);
  });
};
