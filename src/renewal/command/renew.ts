// The command `renew`: reads its flags, renews the certificates that are due or prints the plan, and sets the exit status.
// `due` shares its selection flags. `run/renew-run.ts` does the work.
import { Option } from 'commander';
import { EXIT } from '../../errors/exit-status.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { startProgress } from '../../view/progress.ts';
import { terminalOf } from '../../view/terminal.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { reportPending } from '../../deployment/command/report-pending.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { renewalOptions, renewalRequest, type RenewalFlags } from './flags.ts';
import { NOT_AFTER_POLICIES, parseNotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

interface Flags extends RenewalFlags, PassphraseOptions {
  readonly force?: boolean;
  readonly reuseKey?: boolean;
  readonly notAfterPolicy?: string;
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  readonly output: OutputFormat;
}

export const addRenew: AddCommand = (program, world, done) => {
  const command = program
    .command('renew')
    .description(
      'renew certificates that are due, each with a new key; replaced ones stay valid until they expire or their overlap ends',
    );
  renewalOptions(command)
    .option('--force', 'also renew services that are not due, selected by name or tag')
    .option('--reuse-key', 'keep the current key, unless it was compromised')
    .addOption(
      new Option(
        '--not-after-policy <policy>',
        'if a certificate would outlive its CA: refuse it (err) or shorten it (truncate)',
      ).choices(NOT_AFTER_POLICIES),
    )
    .option('--dry-run', 'print the planned renewals with their reasons, and renew nothing')
    .option('--detailed-exitcode', 'exit 10 if something changed');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth renew --passphrase-file /run/secrets/ca   # nothing due: exit 0, and the CA key is not touched',
    "svcauth renew 'payments-*' --dry-run",
    'svcauth renew --tag team=web --max 100',
    'svcauth renew ledger --force',
  ]);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const { renewRun } = await import('../run/renew-run.ts');
    const { renewalView } = await import('../view/renew.ts');
    const { notAfterPolicy } = flags;
    const outcome = await renewRun(world, homeFlag(command), {
      ...renewalRequest(selectors, flags),
      force: flags.force ?? false,
      reuseKey: flags.reuseKey ?? false,
      ...(notAfterPolicy !== undefined && { notAfterPolicy: parseNotAfterPolicy(notAfterPolicy) }),
      dryRun: flags.dryRun ?? false,
      ask: passphraseAsker(flags, world, false),
      progress: total => startProgress(world.err, 'certificates', total, () => world.ticks()),
    });
    print(world.out, flags.output, renewalView(outcome, world.now, await terminalOf(world)));
    const refusals = outcome.plan.steps.flatMap(({ refusal }) => refusal ?? []);
    reportErrors(world, refusals);
    if (flags.detailedExitcode && outcome.kind === 'done' && outcome.changed) done(EXIT.changed);
    if (refusals.length > 0) done(EXIT.partial);
    if (outcome.kind === 'done') {
      reportPending(outcome.result.deployed, world, done);
      reportSpread(world, done, outcome.spread);
    }
  });
};
