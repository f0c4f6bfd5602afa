import { deployView } from '../view/deploy.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { reportPending } from './report-pending.ts';

interface Flags {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addDeploy: AddCommand = (program, world, done) => {
  const command = program
    .command('deploy')
    .description('finish deployments that are pending: files, outputs, hooks; exit 5 while one stays pending')
    .argument(
      '[service...]',
      'these, also when their files are no longer as they were deployed (default: what is pending)',
    )
    .option('--all', 'every service, also those whose files are no longer as they were deployed')
    .option('--force', 'write every output and run every hook, even where nothing is wrong')
    .option('--dry-run', 'print what would be deployed and why, and change nothing');
  outputOption(command);
  examples(command, ['svcauth deploy', 'svcauth deploy payments --force', 'svcauth deploy --all --dry-run']);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const { deployRun } = await import('../run/deploy-run.ts');
    const { all = false, force = false, dryRun = false } = flags;
    const outcome = await deployRun(world, homeFlag(command), { selectors, all, force, dryRun });
    print(world.out, flags.output, deployView(outcome));
    reportPending(outcome.deployed, world, done);
  });
};
