import { authorityRows } from '../run/rows.ts';
import { failure } from '../../errors/error.ts';
import { authorityView } from '../view/show.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly at?: string;
  readonly pem?: boolean;
}

export const addCaShow: AddCommand = (program, world) => {
  const command = group(program, 'ca')
    .command('show')
    .description('show one CA: names, key, validity and CRL')
    .argument('<id>', 'id of a CA, such as root-g1')
    .option('--pem', 'print the certificate of the CA as PEM');
  outputOption(atOption(command));
  examples(command, ['svcauth ca show root-g1', 'svcauth ca show issuing-g1 --pem > issuing.pem']);
  command.action(async (id: string, flags: Flags) => {
    const now = instantOf(flags, world);
    const { describeAuthority } = await import('../rules/description.ts');
    const { encodePem } = await import('../../pki/pem.ts');
    await readManifest(command, world, manifest => {
      const rows = authorityRows(manifest);
      const row = rows.find(({ authority }) => authority.id === id);
      if (row === undefined) throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: rows.map(r => r.authority.id) });
      const { certificate } = row.authority;
      if (!flags.pem) print(world.out, flags.output, authorityView(describeAuthority(row, now), now));
      else if (certificate === undefined) throw failure('ERR_AUTHORITY_PENDING', { id });
      else world.out.write(encodePem('CERTIFICATE', certificate.der));
    });
  });
};
