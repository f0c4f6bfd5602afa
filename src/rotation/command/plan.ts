import { EXIT } from '../../errors/exit-status.ts';
import { parseDuration } from '../../time/duration.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotationProofView } from '../view/proof.ts';
import { crossSignOption, tierOption, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';

interface Flags extends TierFlags {
  readonly crossSign: CrossSigning;
  readonly soak?: string;
  readonly output: OutputFormat;
}

export const addCaRotatePlan: AddCommand = (program, world, done) => {
  const command = rotateGroup(program)
    .command('plan')
    .description('the timetable of a rotation, and the proof that nobody is refused in any phase of it')
    .option('--soak <duration>', 'between publishing and activating (default: rotation.soak)');
  outputOption(crossSignOption(tierOption(command)));
  examples(command, ['svcauth ca rotate plan --tier issuing', 'svcauth ca rotate plan --tier root --cross-sign both']);
  command.action(async ({ tier, crossSign, soak, output }: Flags) => {
    const { rotationPlan } = await import('../run/plan.ts');
    const given = soak === undefined ? undefined : parseDuration(soak);
    const proof = await rotationPlan(world, homeFlag(command), { tier, crossSigning: crossSign, soak: given });
    print(world.out, output, rotationProofView(proof, world.now));
    if (proof.counterexamples.length > 0) done(EXIT.refused);
  });
};
