import { EXIT } from '../../errors/exit-status.ts';
import { bundleDiffView } from '../view/diff.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { openHome } from '../../store/home.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly detailedExitcode?: boolean;
  readonly output: OutputFormat;
}

export const addBundleDiff: AddCommand = (program, world, done) => {
  const command = group(program, 'bundle')
    .command('diff')
    .description('compare two trust bundles and list added and removed anchors')
    .argument('<before>', 'older bundle: PEM or SPIFFE JSON; - is standard input')
    .argument('[after]', 'newer bundle (default: public/bundle.json in the home)')
    .option('--detailed-exitcode', 'exit with status 10 when the bundles differ');
  outputOption(command);
  examples(command, ['svcauth bundle diff /etc/payments/bundle.pem', 'svcauth bundle diff old.json new.json']);
  command.action(async (before: string, after: string | undefined, flags: Flags) => {
    const { readOneBundle } = await import('../run/read.ts');
    const { diffBundles } = await import('../rules/diff.ts');
    const ours = (): string => openHome(world, homeFlag(command)).public.bundleJson;
    const [old, now] = [await readOneBundle(world, before), await readOneBundle(world, after ?? ours())];
    const diff = diffBundles(old.bundle, now.bundle);
    print(world.out, flags.output, bundleDiffView(diff));
    if (flags.detailedExitcode && !diff.identical) done(EXIT.changed);
  });
};
