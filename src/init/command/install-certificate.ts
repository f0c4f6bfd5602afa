import { installView } from '../view/install-certificate.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly chain: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaInstallCert: AddCommand = (program, world) => {
  const command = group(program, 'ca')
    .command('install-cert')
    .description('install the CA certificate signed by an external root')
    .argument('<certificate>', 'issuing CA certificate, PEM or DER')
    .requiredOption('--chain <file>', 'root certificate that issued it')
    .option('--dry-run', 'check everything; change nothing');
  outputOption(passphraseOptions(command));
  examples(command, ['svcauth ca install-cert issuing.crt --chain root.crt']);
  command.action(async (certificate: string, { chain, dryRun = false, ...flags }: Flags) => {
    const { installCertificate } = await import('../run/install-certificate.ts');
    const ask = passphraseAsker(flags, world, false);
    const outcome = await installCertificate(world, homeFlag(command), { certificate, root: chain, dryRun, ask });
    print(world.out, flags.output, installView(outcome));
  });
};
