// The command `apply`: reads its flags, applies a services file or prints the plan, and sets the exit status.
// With `-o github` it prints annotations and writes a job summary. `run/apply-run.ts` does the work.
import { Option } from 'commander';
import { EXIT } from '../../errors/exit-status.ts';
import { isChange, isStuck } from '../rules/apply-step.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { startProgress } from '../../view/progress.ts';
import { warn } from '../../view/message.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, homeFlag, type AddCommand } from '../../cli/command.ts';
import { annotatingProblems, appendJobSummary, repositoryPath } from './github-output.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { reportPending } from '../../deployment/command/report-pending.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { NOT_AFTER_POLICIES, parseNotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

interface Flags extends PassphraseOptions {
  readonly file: string;
  readonly prune?: boolean;
  readonly allowMassPrune?: boolean;
  readonly notAfterPolicy?: string;
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  readonly output: OutputFormat | 'github';
}

export const addApply: AddCommand = (program, world, done) => {
  const command = program
    .command('apply')
    .description('apply a services file: issue, renew and update its services, and report services it no longer lists')
    .requiredOption('-f, --file <file>', 'services file, YAML or JSON (- is standard input)')
    .option(
      '--prune',
      'revoke services that an earlier file declared and this file does not list (cessationOfOperation)',
    )
    .option('--allow-mass-prune', 'let --prune revoke more than half of the declared services')
    .addOption(
      new Option(
        '--not-after-policy <policy>',
        'if a certificate would outlive its CA: refuse it (err) or shorten it (truncate)',
      ).choices(NOT_AFTER_POLICIES),
    )
    .option('--dry-run', 'print the plan and change nothing')
    .option('--detailed-exitcode', 'exit 10 if something changed, or would change with --dry-run')
    .addOption(
      new Option('-o, --output <format>', 'output format; github: annotations of the file and a job summary')
        .choices(['table', 'json', 'jsonl', 'github'])
        .default('table'),
    );
  passphraseOptions(command);
  examples(command, [
    'svcauth apply -f services.yaml --dry-run',
    'svcauth apply -f services.yaml --passphrase-file /run/secrets/ca',
    'svcauth apply -f services.yaml --prune --detailed-exitcode',
    'svcauth apply -f services.yaml --dry-run -o github     # in the job of a pull request',
  ]);
  command.action(async (flags: Flags) => {
    const { file, output } = flags;
    const { applyRun } = await import('../run/apply-run.ts');
    const work = () =>
      applyRun(world, homeFlag(command), {
        path: file,
        prune: flags.prune ?? false,
        allowMassPrune: flags.allowMassPrune ?? false,
        ...(flags.notAfterPolicy !== undefined && { notAfterPolicy: parseNotAfterPolicy(flags.notAfterPolicy) }),
        dryRun: flags.dryRun ?? false,
        ask: passphraseAsker(flags, world, false),
        progress: total => startProgress(world.err, 'certificates', total, () => world.ticks()),
      });
    const outcome = output === 'github' ? await annotatingProblems(world, file, work) : await work();
    if (output === 'github') {
      const { formatApplyAnnotations, formatApplyMarkdown } = await import('../view/apply-github.ts');
      world.out.write(formatApplyAnnotations(outcome, repositoryPath(world, file), world.now));
      appendJobSummary(world, formatApplyMarkdown(outcome, world.now));
    } else {
      const { applyView, remedyOf } = await import('../view/apply.ts');
      print(world.out, output, applyView(outcome, world.now));
      for (const step of outcome.steps) {
        const remedy = remedyOf(step);
        if (remedy !== undefined) warn(world, remedy);
      }
    }
    if (flags.detailedExitcode && outcome.steps.some(isChange)) done(EXIT.changed);
    if (!outcome.dryRun && outcome.steps.some(isStuck)) done(EXIT.partial);
    reportPending(outcome.deployed, world, done);
    reportSpread(world, done, outcome.spread);
  });
};
