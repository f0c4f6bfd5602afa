import { print, type OutputFormat } from '../../view/output.ts';
import { whoView } from '../view/who.ts';
import { examples, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly at?: string;
  readonly output: OutputFormat;
}

export const addWho: AddCommand = (program, world) => {
  const command = program
    .command('who')
    .description('look up a certificate or CA by serial number, fingerprint, key ID, SPIFFE ID or file')
    .argument('<id>', 'serial number, SHA-256 fingerprint, key ID, x5t#S256, SPIFFE ID, service, CA or file');
  outputOption(atOption(command));
  examples(command, [
    'svcauth who 5F:B1:C7:C0',
    'svcauth who spiffe://example.org/payments',
    'svcauth who TSH4as8NFw2Lptm_nWH_4wupabJXpvo-VFQRRilNHgM',
    'svcauth who /etc/payments/tls.crt -o json',
  ]);
  command.action(async (text: string, flags: Flags) => {
    const { lookUp } = await import('../run/look-up.ts');
    await readManifest(command, world, async manifest => {
      const found = await lookUp(world, manifest, text);
      print(world.out, flags.output, whoView(found, instantOf(flags, world)));
    });
  });
};
