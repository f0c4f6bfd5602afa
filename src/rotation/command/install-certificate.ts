import { EXIT } from '../../errors/exit-status.ts';
import { installView } from '../view/install-certificate.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly chain?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaInstallCert: AddCommand = (program, world, done) => {
  const command = group(program, 'ca')
    .command('install-cert')
    .description('install the certificate that an external CA signed for an issuing CA of this home')
    .argument('<certificate>', 'issuing CA certificate, PEM or DER')
    .option('--chain <file>', 'certificates above it up to the root (default: the known ones)')
    .option('--dry-run', 'check everything; change nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth ca install-cert issuing.crt --chain root.crt',
    'svcauth ca install-cert issuing.crt --chain policy-and-root.pem',
    'svcauth ca install-cert issuing-longer.crt',
  ]);
  command.action(async (certificate: string, { chain, dryRun = false, ...flags }: Flags) => {
    const { installCertificate } = await import('../run/install-certificate.ts');
    const ask = passphraseAsker(flags, world, false);
    const outcome = await installCertificate(world, homeFlag(command), { certificate, chain, dryRun, ask });
    print(world.out, flags.output, withSpread(installView(outcome), outcome.spread));
    if (outcome.failed.length > 0) done(EXIT.partial);
    reportSpread(world, done, outcome.spread);
  });
};
