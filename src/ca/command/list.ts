import { authorityRows } from '../run/rows.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';
import { authorityStatus } from '../rules/status.ts';
import { authoritiesView } from '../view/list.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly at?: string;
}

export const addCaList: AddCommand = (program, world) => {
  const command = group(program, 'ca').command('list').description('list the CAs and the state of their CRLs');
  outputOption(atOption(command));
  examples(command, ['svcauth ca list', 'svcauth ca list --at +90d -o json']);
  command.action(async (flags: Flags) => {
    const now = instantOf(flags, world);
    const terminal = await terminalOf(world);
    await readManifest(command, world, manifest => {
      const authorities = authorityRows(manifest).map(row => authorityStatus(row, now));
      print(world.out, flags.output, authoritiesView(authorities, now, terminal));
    });
  });
};
