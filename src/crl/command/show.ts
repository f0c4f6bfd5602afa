import { failure } from '../../errors/error.ts';
import { crlShowView } from '../view/show.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, group, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly ca: readonly string[];
  readonly all?: boolean;
  readonly at?: string;
  readonly output: OutputFormat;
}

const SHOWN = 20;

export const addCrlShow: AddCommand = (program, world) => {
  const command = group(program, 'crl')
    .command('show')
    .description('show CRLs: their issuer, number, validity and entries')
    .argument('[file]', 'CRL file, PEM or DER; - is standard input (default: the CRLs in public/crl)')
    .addOption(repeatable('--ca <id>', 'show only the CRL of this CA'))
    .option('--all', `list every entry instead of the first ${SHOWN}`);
  outputOption(atOption(command));
  examples(command, [
    'svcauth crl show',
    'svcauth crl show --ca issuing-g1 --all',
    'svcauth crl show downloaded.crl -o jsonl',
  ]);
  command.action(async (file: string | undefined, flags: Flags) => {
    if (file !== undefined && flags.ca.length > 0) {
      throw failure('ERR_FLAG_CONFLICT', { flags: [`the file ${file}`, '--ca'], why: 'each selects a CRL' });
    }
    const now = instantOf(flags, world);
    const { showCrlFile, showPublishedCrls } = await import('../run/show.ts');
    const crls =
      file !== undefined
        ? [await showCrlFile(world, file, now)]
        : await readManifest(command, world, (manifest, home) =>
            showPublishedCrls(world, { home, manifest }, flags.ca, now),
          );
    const limit = flags.all ? Infinity : SHOWN;
    print(world.out, flags.output, crlShowView(crls, limit, now, await terminalOf(world)));
  });
};
