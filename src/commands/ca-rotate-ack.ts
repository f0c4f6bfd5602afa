import { parseSequence } from '../lifecycle/choice.ts';
import { print, type OutputFormat } from '../render/output.ts';
import { acknowledgementView } from '../render/rotate.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from './command.ts';

interface Flags {
  readonly sequence?: string;
  readonly output: OutputFormat;
}

export const addCaRotateAck: AddCommand = (program, world) => {
  const command = rotateGroup(program)
    .command('ack')
    .description('record that a verifier has the trust bundle of a sequence, or a later one')
    .argument('<verifier>', 'its name, as in --require-acks')
    .option('--sequence <n>', 'of the bundle that it has (default: the newest)');
  outputOption(command);
  examples(command, ['svcauth ca rotate ack edge-1', 'svcauth ca rotate ack edge-2 --sequence 1795219200']);
  command.action(async (verifier: string, { sequence, output }: Flags) => {
    const { acknowledge } = await import('../authority/rotate-ack.ts');
    const outcome = await acknowledge(
      world,
      homeFlag(command),
      verifier,
      sequence === undefined ? undefined : parseSequence(sequence),
    );
    print(world.out, output, acknowledgementView(outcome));
  });
};
