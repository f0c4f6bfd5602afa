import { print, type OutputFormat } from '../../view/output.ts';
import { examples, formerly, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly output: OutputFormat;
}

export const addBundleFederated: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('federated')
    .description('list federated trust domains and their bundles');
  formerly(command, 'peers');
  outputOption(command);
  examples(command, ['svcauth bundle federated']);
  command.action(async ({ output }: Flags) => {
    const { federatedView } = await import('../view/federated.ts');
    await readManifest(command, world, manifest =>
      print(world.out, output, federatedView(manifest.federatedBundles(), world.now)),
    );
  });
};
