import { bundleWriteView } from '../view/show.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly output: OutputFormat;
}

export const addBundleWrite: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('write')
    .description('write the trust bundles in public/ from the manifest');
  outputOption(command);
  examples(command, ['svcauth bundle write']);
  command.action(async (flags: Flags) => {
    const { changePki } = await import('../../store/open-pki.ts');
    const { writeTrustBundle } = await import('../run/write.ts');
    const result = await changePki(world, homeFlag(command), 'bundle write', pki =>
      writeTrustBundle(pki.world, pki.home, pki.manifest),
    );
    print(world.out, flags.output, bundleWriteView(result));
  });
};
