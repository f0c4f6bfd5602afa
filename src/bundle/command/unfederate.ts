import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { unfederateView } from '../view/federated.ts';
import { examples, formerly, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addBundleUnfederate =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'bundle')
      .command('unfederate')
      .description('remove the bundle of another trust domain and its files')
      .argument('<trust-domain>', 'trust domain, as listed by `bundle federated`')
      .option('--dry-run', 'print the change without making it');
    formerly(command, 'remove-peer');
    outputOption(command);
    examples(command, ['svcauth bundle unfederate partner.example']);
    command.action(async (trustDomain: string, { dryRun = false, output }: Flags) => {
      const { changePki, readPki } = await import('../../store/open-pki.ts');
      const { unfederate } = await import('../run/federate.ts');
      const home = homeFlag(command);
      if (dryRun) await readPki(world, home, pki => unfederate(pki, trustDomain, true));
      const published = dryRun
        ? undefined
        : await changePki(world, home, 'bundle unfederate', async pki => {
            unfederate(pki, trustDomain, false);
            return spread(pki);
          });
      print(world.out, output, withSpread(unfederateView(trustDomain, dryRun), published));
      reportSpread(world, done, published);
    });
  };
