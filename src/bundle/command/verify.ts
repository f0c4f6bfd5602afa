import { EXIT, type ExitStatus } from '../../errors/exit-status.ts';
import type { BundleSeverity } from '../rules/finding.ts';
import { bundleVerifyView } from '../view/verify.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly at?: string;
  readonly output: OutputFormat;
}

/** Worst first. */
const STATUS: readonly (readonly [BundleSeverity, ExitStatus])[] = [
  ['integrity', EXIT.integrity],
  ['critical', EXIT.critical],
  ['warning', EXIT.warning],
];

export const addBundleVerify: AddCommand = (program, world, done) => {
  const command = group(program, 'bundle')
    .command('verify')
    .description('verify the trust bundles in public/ against the manifest, or one bundle file')
    .argument('[file]', 'bundle (PEM or JSON) or bundle map; - is standard input (default: public/ in the home)');
  outputOption(atOption(command));
  examples(command, ['svcauth bundle verify', 'svcauth bundle verify partner.json --at +30d']);
  command.action(async (file: string | undefined, flags: Flags) => {
    const now = instantOf(flags, world);
    const { verifyBundleFile, verifyOwnBundles } = await import('../run/verify.ts');
    const verification =
      file === undefined
        ? await readManifest(command, world, (manifest, home) => verifyOwnBundles(world, home, manifest, now))
        : await verifyBundleFile(world, file, now);
    print(world.out, flags.output, bundleVerifyView(verification, now, await terminalOf(world)));
    const worst = STATUS.find(([severity]) => verification.findings.some(each => each.severity === severity));
    if (worst !== undefined) done(worst[1]);
  });
};
