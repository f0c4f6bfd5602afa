import { authorityRows } from '../../ca/run/rows.ts';
import { serviceStatus } from '../rules/status.ts';
import { selectServices } from '../../service/rules/selector.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { statusView } from '../view/status.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';
import { shownPolicy } from '../../policy/command/watching.ts';
import { authorityStatus } from '../../ca/rules/status.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly at?: string;
}

export const addStatus: AddCommand = (program, world) => {
  const command = program
    .command('status')
    .description('show CAs, their CRLs, services, and what consumers have loaded')
    .argument('[service...]', "names, globs ('payments-*'), SPIFFE IDs or serial prefixes (default: all)");
  outputOption(atOption(command));
  examples(command, ['svcauth status', "svcauth status 'payments-*' --at +30d", 'svcauth status -o json']);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const now = instantOf(flags, world);
    const terminal = await terminalOf(world);
    const { consumerStatuses } = await import('../run/consumer-status.ts');
    await readManifest(command, world, async (manifest, home) => {
      const policy = await shownPolicy(world, home, manifest);
      const services = selectServices(selectors, manifest.liveServices());
      const asked = selectors.length === 0 ? [] : services.map(({ service }) => service.name);
      const chosen = selectors.length === 0 ? undefined : new Set(asked);
      const status = {
        trustDomain: manifest.identity()?.trustDomain ?? '',
        cas: authorityRows(manifest).map(row => authorityStatus(row, now)),
        services: services.map(row => serviceStatus(row, policy.renewal, now)),
        consumers: consumerStatuses({ world, home, manifest }, policy, now, chosen),
        hooks: asked.flatMap(service => {
          const runs = manifest.hookRuns(service);
          return runs.length === 0 ? [] : [{ service, runs }];
        }),
      };
      print(world.out, flags.output, statusView(status, now, terminal));
    });
  });
};
