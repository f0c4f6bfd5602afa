// The command `check`: reads its flags, prints the findings as of `--at` in the chosen format and sets the exit status.
// It takes no lock and changes nothing.
import { Option } from 'commander';
import { EXIT } from '../../errors/exit-status.ts';
import { parseThreshold } from '../../time/duration.ts';
import { FAIL_ON, failingSeverity, type FailOn } from '../rules/fail-on.ts';
import { CHECK_FORMATS, type CheckFormat } from '../view/check-format.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, homeFlag, type AddCommand } from '../../cli/command.ts';
import { outputFileOption, outputTo } from '../../cli/output-file.ts';
import { atOption, instantOf } from '../../cli/reading.ts';
import { watchingPolicy } from '../../policy/command/watching.ts';

interface Flags {
  readonly output: CheckFormat;
  readonly outputFile?: string;
  readonly failOn: FailOn;
  readonly deep?: true;
  readonly at?: string;
  readonly warn?: string;
  readonly crit?: string;
}

const NOTE = `
Findings about files hold for now, whatever --at says. Of more than 5,000 services each hour checks the files of another part;
svcauth tick compares those of every service once a day, and --deep reads all of them.
With -o nagios the exit status is that of a Nagios plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (the check could not run).`;

export const addCheck: AddCommand = (program, world, done) => {
  const command = program
    .command('check')
    .description(
      'report certificates, CAs, CRLs and deployed files that need attention; exit 3 on a warning, 4 if critical',
    )
    .argument('[service...]', "names, globs ('payments-*'), SPIFFE IDs or serial prefixes (default: all)")
    .option('--warn <left>', 'remaining lifetime that is a warning: 20d or 25% (default: from svcauth.yaml)')
    .option('--crit <left>', 'remaining lifetime that is critical (default: from svcauth.yaml)')
    .addOption(
      new Option('--fail-on <severity>', 'lowest severity that sets the exit status; with never it is always 0')
        .choices(FAIL_ON)
        .default('warning'),
    )
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(Object.keys(CHECK_FORMATS)).default('table'),
    );
  command.option('--deep', 'read every deployed file and output, instead of comparing recorded sizes and times');
  outputFileOption(atOption(command));
  command.addHelpText('after', NOTE);
  examples(command, [
    'svcauth check',
    'svcauth check --at +7d              # as of next week',
    'svcauth check --deep                # read every deployed file',
    'svcauth check --warn 30% --crit 2d -o jsonl',
    'svcauth check --fail-on critical -o github',
    'svcauth check -o prometheus --output-file /var/lib/prometheus/node-exporter/svcauth.prom',
  ]);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const at = instantOf(flags, world);
    const [warning, critical] = [flags.warn, flags.crit].map(text =>
      text === undefined ? undefined : parseThreshold(text),
    );
    const { overrideThresholds } = await import('../rules/thresholds.ts');
    const { checkPki } = await import('../run/check-pki.ts');
    const { printCheck } = await import('../view/print-check.ts');
    const { nagiosStatus } = await import('../view/nagios.ts');
    const { readPki } = await import('../../store/open-pki.ts');
    await readPki(world, homeFlag(command), async pki => {
      const policy = await watchingPolicy(world, pki.home, pki.manifest);
      const thresholds = overrideThresholds(policy.check, warning, critical);
      const scope = { selectors, everything: CHECK_FORMATS[flags.output].lists, deep: flags.deep === true };
      const { name, trustDomain } = pki.identity;
      const report = {
        ...{ name, trustDomain, at, ranAt: world.now, failOn: flags.failOn },
        ...(await checkPki(pki, policy, scope, at, thresholds)),
      };
      await outputTo(world, flags.outputFile, async to =>
        printCheck(to.out, flags.output, report, await terminalOf(to)),
      );
      const failing = failingSeverity(report.findings, flags.failOn);
      if (flags.output === 'nagios') done(nagiosStatus(report));
      else if (failing !== undefined) done(EXIT[failing]);
    });
  });
};
