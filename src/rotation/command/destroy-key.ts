import { destroyKeyView } from '../view/destroy-key.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaKeyDestroy: AddCommand = (program, world) => {
  const key = group(program, 'ca').command('key').description('manage CA keys');
  const command = key
    .command('destroy')
    .description(
      'destroy the key of a retired CA that needs no further CRL ("ca rotate retire" does so itself, tick never)',
    )
    .argument('<id>', 'id of a CA, such as issuing-g1')
    .option('--dry-run', 'show the key that would be destroyed, and change nothing');
  outputOption(command);
  examples(command, ['svcauth ca key destroy issuing-g1 --dry-run']);
  command.action(async (id: string, { dryRun = false, output }: Flags) => {
    const { destroyKeyRun } = await import('../run/destroy-key-run.ts');
    print(world.out, output, destroyKeyView(await destroyKeyRun(world, homeFlag(command), id, dryRun)));
  });
};
