import { quote } from '../../errors/row.ts';
import { inspectView, type InspectedFile } from '../view/inspect.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseFlags, passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { atOption, instantOf } from '../../cli/reading.ts';

interface Flags extends PassphraseOptions {
  readonly output: OutputFormat;
  readonly at?: string;
}

export const addInspect: AddCommand = (program, world) => {
  const command = program
    .command('inspect')
    .description('show the certificates, CSRs, CRLs, keys, PKCS#12 or trust bundles in a file')
    .argument('<file...>', 'file in PEM, DER or JSON; - is standard input');
  outputOption(atOption(passphraseOptions(command)));
  examples(command, [
    'svcauth inspect tls.crt',
    'svcauth inspect tls.p12 --passphrase-file pass.txt',
    'openssl s_client -connect host:443 </dev/null | svcauth inspect - -o json',
  ]);
  command.action(async (paths: readonly string[], flags: Flags) => {
    const now = instantOf(flags, world);
    const { readInput } = await import('../../store/input/read-input.ts');
    const { FILE_CAP } = await import('../../pki/input-caps.ts');
    const { reportBytes } = await import('../../pki/report/report.ts');
    // inspect asks for no passphrase: without one it shows an encrypted file as encrypted
    const passphrase = passphraseFlags(flags).length > 0 ? passphraseAsker(flags, world, false) : undefined;
    const files: InspectedFile[] = [];
    for (const file of paths) {
      const what = file === '-' ? 'standard input' : quote(file);
      const bytes = await readInput(world, file, 'file', FILE_CAP);
      files.push({ file, contents: await reportBytes(bytes, { what, now, passphrase }) });
    }
    print(world.out, flags.output, inspectView(files, now));
  });
};
