import { bundleWriteView } from '../view/show.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly output: OutputFormat;
}

export const addBundleWrite =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'bundle')
      .command('write')
      .description('write the trust bundles in public/ from the manifest, publish them and reload their consumers');
    outputOption(command);
    examples(command, ['svcauth bundle write']);
    command.action(async (flags: Flags) => {
      const { changePki } = await import('../../store/open-pki.ts');
      const { writeTrustBundle } = await import('../run/write.ts');
      const [result, published] = await changePki(world, homeFlag(command), 'bundle write', async pki => {
        const written = writeTrustBundle(pki.world, pki.home, pki.manifest);
        return [written, await spread(pki)] as const;
      });
      print(world.out, flags.output, withSpread(bundleWriteView(result), published));
      reportSpread(world, done, published);
    });
  };
