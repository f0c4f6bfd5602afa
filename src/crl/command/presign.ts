import { parseDuration } from '../../time/duration.ts';
import { crlPresignView } from '../view/presign.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly ca: string;
  readonly every: string;
  readonly for: string;
  readonly key?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCrlPresign: AddCommand = (program, world) => {
  const command = group(program, 'crl')
    .command('presign')
    .description('sign a series of future CRLs in one session, for a CA whose key is offline')
    .requiredOption('--ca <id>', 'CA that signs the series')
    .requiredOption('--every <duration>', 'interval between two CRLs, for example 30d')
    .requiredOption('--for <duration>', 'length of the series, for example 18mo')
    .option('--key <file>', 'key file of the CA, if its key is not in the home')
    .option('--dry-run', 'print the series and sign nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth crl presign --ca root-g1 --every 30d --for 18mo --key /media/usb/root.key',
    'svcauth crl presign --ca root-g1 --every 30d --for 18mo --dry-run',
  ]);
  command.action(async (flags: Flags) => {
    const [every, span] = [parseDuration(flags.every), parseDuration(flags.for)];
    const { presignRun } = await import('../run/presign.ts');
    const { ca, key, dryRun = false } = flags;
    const ask = passphraseAsker(flags, world, false);
    const outcome = await presignRun(world, homeFlag(command), { ca, every, span, key, dryRun, ask });
    print(world.out, flags.output, crlPresignView(outcome, world.now, await terminalOf(world)));
  });
};
