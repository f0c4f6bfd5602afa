import type { RotationMode } from '../../policy/rules/rotation-mode.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotationModeView } from '../view/mode.ts';
import { tierOption, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';

interface Flags extends TierFlags {
  readonly output: OutputFormat;
}

/** Declares the command that sets the side that takes the steps. */
const addMode =
  (mode: RotationMode, description: string): AddCommand =>
  (program, world) => {
    const command = rotateGroup(program).command(mode).description(description);
    outputOption(tierOption(command));
    examples(command, [`svcauth ca rotate ${mode} --tier issuing`]);
    command.action(async ({ tier, output }: Flags) => {
      const { setRotationMode } = await import('../run/mode.ts');
      print(world.out, output, rotationModeView(await setRotationMode(world, homeFlag(command), tier, mode)));
    });
  };

export const addCaRotateAuto = addMode('auto', 'let tick take the steps of a tier: set its mode in svcauth.yaml');
export const addCaRotateManual = addMode(
  'manual',
  'leave the steps of a tier to operators: set its mode in svcauth.yaml',
);
