import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { federateView } from '../view/federated.ts';
import { warn } from '../../view/message.ts';
import { examples, formerly, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly from: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addBundleFederate =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'bundle')
      .command('federate')
      .description('add or update the bundle of another trust domain, kept apart from ours')
      .argument('<trust-domain>', 'trust domain of the bundle')
      .requiredOption('--from <file>', 'its bundle or a bundle map: JSON or PEM; - is standard input')
      .option('--dry-run', 'check the bundle and print the change, without making it');
    formerly(command, 'add-peer');
    outputOption(command);
    examples(command, [
      'svcauth bundle federate partner.example --from partner.json --dry-run',
      'curl -s https://spiffe.partner.example/bundle | svcauth bundle federate partner.example --from -',
    ]);
    command.action(async (trustDomain: string, { from, dryRun = false, output }: Flags) => {
      const { changePki, readPki } = await import('../../store/open-pki.ts');
      const { federate } = await import('../run/federate.ts');
      const home = homeFlag(command);
      const request = { trustDomain, file: from, dryRun };
      const [plan, published] = dryRun
        ? [await readPki(world, home, pki => federate(pki, request))]
        : await changePki(world, home, 'bundle federate', async pki => [
            await federate(pki, request),
            await spread(pki),
          ]);
      print(world.out, output, withSpread(federateView(plan, dryRun), published));
      reportSpread(world, done, published);
      for (const { subject, message } of plan.findings) warn(world, `${subject}: ${message}`);
    });
  };
