import type { World } from '../context.ts';
import { quote } from '../errors/row.ts';
import { EXIT } from '../errors/exit-status.ts';
import type { CheckThresholds } from '../lifecycle/check-thresholds.ts';
import { parseThreshold } from '../lifecycle/duration.ts';
import { print, type OutputFormat } from '../render/output.ts';
import { formatWarning } from '../render/warning.ts';
import { terminalOf } from '../render/terminal.ts';
import type { Home } from '../store/home.ts';
import type { Manifest } from '../store/manifest.ts';
import { examples, outputOption, type AddCommand } from './command.ts';
import { atOption, authorityRows, instantOf, readManifest } from './reading.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly at?: string;
  readonly warn?: string;
  readonly crit?: string;
}

export const addCheck: AddCommand = (program, world, done) => {
  const command = program
    .command('check')
    .description('find what needs attention in certificates, CAs and CRLs; exit 3 for a warning, 4 when it is critical')
    .argument('[service...]', "names, globs ('payments-*'), SPIFFE IDs or serial prefixes (default: all)")
    .option('--warn <left>', 'warn when no more than this is left: 20d, or 25% of the lifetime (default: svcauth.yaml)')
    .option('--crit <left>', 'critical when no more than this is left (default: svcauth.yaml)');
  outputOption(atOption(command));
  examples(command, [
    'svcauth check',
    'svcauth check --at +7d              # what next week brings',
    'svcauth check --warn 30% --crit 2d -o jsonl',
  ]);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const now = instantOf(flags, world);
    const [warning, critical] = [flags.warn, flags.crit].map(text =>
      text === undefined ? undefined : parseThreshold(text),
    );
    const { overrideThresholds } = await import('../lifecycle/check-thresholds.ts');
    const { checkManifest } = await import('../lifecycle/check.ts');
    const { checkView } = await import('../render/check.ts');
    await readManifest(command, world, async (manifest, home) => {
      const thresholds = overrideThresholds(await thresholdsOf(world, home, manifest), warning, critical);
      const authorities = authorityRows(manifest);
      const input = { ...(await chosen(manifest, selectors, thresholds, now)), authorities };
      const findings = checkManifest(input, thresholds, now);
      const checked = { services: input.count, authorities: authorities.length };
      print(world.out, flags.output, checkView(checked, findings, now, await terminalOf(world)));
      if (findings.length > 0) done(findings[0]!.severity === 'critical' ? EXIT.critical : EXIT.warning);
    });
  });
};

/** The services to look at: all that are named, or, when none is, those that the manifest's indexes cannot rule out. */
async function chosen(manifest: Manifest, selectors: readonly string[], thresholds: CheckThresholds, now: Date) {
  const { riskQuestion } = await import('../lifecycle/check-thresholds.ts');
  const intents = manifest.intents();
  if (selectors.length === 0) {
    const services = manifest.servicesAtRisk(riskQuestion(thresholds, manifest.authorities(), now));
    return { services, intents, count: manifest.serviceCount() };
  }
  const { selectServices } = await import('../lifecycle/selector.ts');
  const services = selectServices(selectors, manifest.liveServices());
  const named = new Set(services.map(({ service }) => service.name));
  return { services, intents: intents.filter(({ service }) => named.has(service)), count: services.length };
}

const POLICY_LIMIT = 1024 * 1024;

/** What svcauth.yaml says. Without the file the defaults: a monitor goes on looking. */
async function thresholdsOf(world: World, home: Home, manifest: Manifest): Promise<CheckThresholds> {
  const bytes = world.files.read(home.policy, POLICY_LIMIT);
  if (bytes !== undefined) {
    const { parsePolicy } = await import('../lifecycle/policy-file.ts');
    return (await parsePolicy(new TextDecoder().decode(bytes), home.policy)).check;
  }
  world.err.write(
    formatWarning(`no policy file ${quote(home.policy)}: judged by the defaults, and nothing can be signed`),
  );
  const { defaultPolicy } = await import('../lifecycle/policy.ts');
  const { parseTrustDomain } = await import('../pki/spiffe-id.ts');
  return defaultPolicy(parseTrustDomain(manifest.identity()!.trustDomain)).check;
}
