import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly output: OutputFormat;
}

export const addBundlePeers: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('peers')
    .description('list the foreign trust domains whose bundles are here');
  outputOption(command);
  examples(command, ['svcauth bundle peers']);
  command.action(async ({ output }: Flags) => {
    const { peersView } = await import('../view/peer.ts');
    await readManifest(command, world, manifest =>
      print(world.out, output, peersView(manifest.peerBundles(), world.now)),
    );
  });
};
