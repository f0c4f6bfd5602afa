import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotationProofView } from '../view/proof.ts';
import { successorOf, successorOptions, tierOption, type SuccessorFlags, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';

interface Flags extends TierFlags, SuccessorFlags {
  readonly output: OutputFormat;
}

export const addCaRotatePlan: AddCommand = (program, world, done) => {
  const command = rotateGroup(program)
    .command('plan')
    .description('print the timetable of a rotation, and prove that every valid certificate verifies in each phase');
  outputOption(successorOptions(tierOption(command)));
  examples(command, [
    'svcauth ca rotate plan --tier issuing',
    'svcauth ca rotate plan --tier issuing --lifetime 180d',
    'svcauth ca rotate plan --tier root --cross-sign both',
  ]);
  command.action(async ({ tier, output, ...flags }: Flags) => {
    const { rotationPlan } = await import('../run/plan.ts');
    const proof = await rotationPlan(world, homeFlag(command), tier, successorOf(flags));
    print(world.out, output, rotationProofView(proof, world.now));
    const isRefused = proof.gates.some(({ open, name }) => !open && name !== 'certificate-installed');
    if (proof.counterexamples.length + proof.gaps.length > 0 || isRefused) done(EXIT.refused);
  });
};
