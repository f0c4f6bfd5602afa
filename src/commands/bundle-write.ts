import { bundleWriteView } from '../render/bundle.ts';
import { print, type OutputFormat } from '../render/output.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from './command.ts';

interface Flags {
  readonly output: OutputFormat;
}

export const addBundleWrite: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('write')
    .description('make public/bundle.pem and bundle.json say what the manifest says');
  outputOption(command);
  examples(command, ['svcauth bundle write']);
  command.action(async (flags: Flags) => {
    const { changePki } = await import('../authority/open-pki.ts');
    const { writeTrustBundle } = await import('../authority/write-trust-bundle.ts');
    const result = await changePki(world, homeFlag(command), 'bundle write', ({ home, manifest }) =>
      writeTrustBundle(world, home, manifest),
    );
    print(world.out, flags.output, bundleWriteView(result));
  });
};
