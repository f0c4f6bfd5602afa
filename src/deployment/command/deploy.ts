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
    .description('finish pending deployments: switch files, write outputs, run hooks; exit status 5 if one fails')
    .argument('[service...]', 'services to deploy, also if only their files changed (default: all pending)')
    .option('--all', 'deploy every service that is pending or whose files changed')
    .option('--force', 'write every output and run every hook again')
    .option('--dry-run', 'print what would be deployed and why; change nothing');
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
