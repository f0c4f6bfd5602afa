import { Option } from 'commander';
import { CONDITION_STATUS, EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf } from '../../cli/reading.ts';
import { renewalOptions, renewalRequest, type RenewalFlags } from './flags.ts';

interface Flags extends RenewalFlags {
  readonly at?: string;
  readonly systemd?: boolean;
  readonly detailedExitcode?: boolean;
  readonly output: OutputFormat;
}

const SYSTEMD_NOTE = `
With --systemd, the exit status is for ExecCondition= of a systemd unit:
0 if something is due (the unit runs), 11 if nothing is due (systemd skips the
unit), 255 if svcauth failed (the unit fails).`;

export const addDue: AddCommand = (program, world, done) => {
  const command = program
    .command('due')
    .description('list the certificates that "svcauth renew" would renew now, and why, without renewing them');
  renewalOptions(command)
    .addOption(
      new Option('--systemd', 'exit status for ExecCondition= of a systemd unit').conflicts('detailedExitcode'),
    )
    .option('--detailed-exitcode', 'exit 10 if something is due');
  outputOption(atOption(command));
  command.addHelpText('after', SYSTEMD_NOTE);
  examples(command, ['svcauth due', 'svcauth due --at +7d', 'svcauth due payments --detailed-exitcode']);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    const { dueRun } = await import('../run/renew-run.ts');
    const { isDue } = await import('../run/renew.ts');
    const { renewalView } = await import('../view/renew.ts');
    const then = { ...world, now: instantOf(flags, world) };
    const plan = await dueRun(then, homeFlag(command), renewalRequest(selectors, flags));
    const due = isDue(plan);
    print(world.out, flags.output, renewalView({ kind: 'question', plan, due }, then.now, await terminalOf(world)));
    if (flags.systemd) done(due ? CONDITION_STATUS.due : CONDITION_STATUS.notDue);
    else if (flags.detailedExitcode && due) done(EXIT.changed);
  });
};
