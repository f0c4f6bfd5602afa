import { bundleView } from '../view/show.ts';
import { print } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { examples, group, type AddCommand } from '../../cli/command.ts';
import { readManifest } from '../../cli/reading.ts';
import { Option } from 'commander';

interface Flags {
  readonly output: 'table' | 'json' | 'jsonl' | 'pem' | 'spiffe';
}

export const addBundleShow: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('show')
    .description('show the trust anchors that verifiers should use now')
    .addOption(
      new Option('-o, --output <format>', 'output format; pem and spiffe print the bundle itself')
        .choices(['table', 'json', 'jsonl', 'pem', 'spiffe'])
        .default('table'),
    );
  examples(command, ['svcauth bundle show', 'svcauth bundle show -o pem > ca.crt']);
  command.action(async ({ output }: Flags) => {
    const { trustBundle } = await import('../run/write.ts');
    await readManifest(command, world, manifest => {
      const bundle = trustBundle(manifest, world.now);
      if (bundle.anchors.length === 0) warn(world, 'no root CA has a certificate yet; the bundle is empty');
      if (output === 'pem') world.out.write(bundle.pem);
      else if (output === 'spiffe') world.out.write(bundle.spiffe);
      else print(world.out, output, bundleView(bundle, world.now));
    });
  });
};
