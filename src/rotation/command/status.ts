import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotationStatusView } from '../view/status.ts';
import { terminalOf } from '../../view/terminal.ts';
import { tierOption, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';

interface Flags extends TierFlags {
  readonly output: OutputFormat;
}

export const addCaRotateStatus: AddCommand = (program, world, done) => {
  const command = rotateGroup(program)
    .command('status')
    .description('show the phase of a rotation, its next step, its time and its gates');
  outputOption(tierOption(command));
  examples(command, ['svcauth ca rotate status --tier issuing', 'svcauth ca rotate status --tier root -o json']);
  command.action(async ({ tier, output }: Flags) => {
    const { rotationStatusOf } = await import('../run/step.ts');
    const { status, schedule } = await rotationStatusOf(world, homeFlag(command), tier);
    print(world.out, output, rotationStatusView(status, schedule, world.now, await terminalOf(world)));
    if (status.contradictions.length > 0) done(EXIT.integrity);
  });
};
