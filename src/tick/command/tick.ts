// The command `tick`: runs every part or prints their plans, then prints the findings of the check and writes the metrics.
// It decides only the exit status; `run/tick-run.ts` does the work.
import { Option } from 'commander';
import { EXIT } from '../../errors/exit-status.ts';
import { FAIL_ON, failingSeverity, type FailOn } from '../../monitoring/rules/fail-on.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { outputTo } from '../../cli/output-file.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { reportPending } from '../../deployment/command/report-pending.ts';

interface Flags extends PassphraseOptions {
  readonly failOn: FailOn;
  readonly metricsFile?: string;
  readonly detailedExitcode?: boolean;
  readonly dryRun?: boolean;
  readonly forceClock?: boolean;
  readonly output: OutputFormat;
}

const NOTE = `
It never prompts, can run every minute, and prints nothing if nothing was done and there are no findings.
If one part fails, the others still run, and the exit status is 5. Otherwise the exit status is that of check.`;

export const addTick: AddCommand = (program, world, done) => {
  const command = program
    .command('tick')
    .description('do everything that is due: sign and publish CRLs, renew, deploy, then check; made for cron')
    .addOption(
      new Option('--fail-on <severity>', 'lowest severity of a finding that sets the exit status')
        .choices(FAIL_ON)
        .default('warning'),
    )
    .option('--metrics-file <file>', 'write Prometheus metrics to this file, for the textfile collector')
    .option('--dry-run', 'print what would be done; change nothing')
    .option('--force-clock', 'accept the clock of this run, although earlier runs recorded a later time or a jump')
    .option('--detailed-exitcode', 'exit 10 instead of 0 if something changed');
  outputOption(passphraseOptions(command));
  command.addHelpText('after', NOTE);
  examples(command, [
    'svcauth tick --passphrase-file /etc/svcauth/passphrase',
    'svcauth tick --fail-on critical --metrics-file /var/lib/prometheus/node-exporter/svcauth.prom',
  ]);
  command.action(async (flags: Flags) => {
    // started by hand, it behaves as under cron
    const { prompt: _, ...unattended } = world;
    const { tickPlanRun, tickRun } = await import('../run/tick-run.ts');
    const { hasChanged, tickPlanView, tickView } = await import('../view/tick.ts');
    const { metricsFile, failOn, forceClock = false } = flags;
    if (flags.dryRun) {
      const plans = await tickPlanRun(unattended, homeFlag(command), forceClock);
      print(world.out, flags.output, tickPlanView(plans, world.now));
      const refusals = plans.flatMap(({ failures }) => failures);
      reportErrors(world, refusals);
      if (refusals.length > 0) done(EXIT.partial);
      return;
    }
    const ask = passphraseAsker(flags, unattended, false);
    const everything = metricsFile !== undefined;
    const { reports, check, pki } = await tickRun(unattended, homeFlag(command), { ask, everything, forceClock });
    const { name, trustDomain } = pki;
    const report = check && { name, trustDomain, at: world.now, ranAt: world.now, failOn, ...check };
    print(world.out, flags.output, tickView(reports, report, world.now, await terminalOf(world)));
    const failing = report && failingSeverity(report.findings, failOn);
    if (failing !== undefined) done(EXIT[failing]);
    else if (flags.detailedExitcode && hasChanged(reports)) done(EXIT.changed);
    const failures = reports.flatMap(each => each.failures);
    reportErrors(world, failures);
    if (failures.length > 0) done(EXIT.partial);
    reportPending(
      reports.flatMap(({ deployed }) => deployed),
      world,
      done,
    );
    // last: a file that cannot be written must not cost the report
    if (everything && report) {
      const { formatCheckMetrics } = await import('../../monitoring/view/check-metrics.ts');
      await outputTo(world, metricsFile, async to => to.out.write(formatCheckMetrics(report)));
    }
  });
};
