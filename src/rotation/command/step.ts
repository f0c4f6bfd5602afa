import { EXIT } from '../../errors/exit-status.ts';
import type { RotationStep } from '../rules/step.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotateView } from '../view/step.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { compromiseOf, compromiseOptions, tierOption, type CompromiseFlags, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends TierFlags, CompromiseFlags, PassphraseOptions {
  readonly rootKey?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

/** The steps of a rotation that has begun: they differ in what they do, not in what they are told. */
const addStep =
  (step: Exclude<RotationStep, 'prepare'>, description: string): AddCommand =>
  (program, world, done) => {
    const command = rotateGroup(program)
      .command(step)
      .description(description)
      .option('--root-key <file>', 'the key of the CA that signs, when that is kept elsewhere')
      .option('--dry-run', 'check every gate, print what would be done, and do nothing');
    if (step !== 'rollback') compromiseOptions(command);
    outputOption(passphraseOptions(tierOption(command)));
    examples(command, [`svcauth ca rotate ${step} --tier issuing`, `svcauth ca rotate ${step} --tier root --dry-run`]);
    command.action(async ({ tier, rootKey, dryRun = false, output, ...flags }: Flags) => {
      const { rotate } = await import('../run/step.ts');
      const keys = { rootKey, ask: passphraseAsker(flags, world, false) };
      const compromise = compromiseOf(flags, step);
      const outcome = await rotate(world, homeFlag(command), { step, tier, dryRun, compromise, keys });
      print(world.out, output, rotateView(outcome, world.now));
      for (const { error } of outcome.failed) reportErrors(world, [error]);
      if (outcome.failed.length > 0) done(EXIT.partial);
    });
  };

export const addCaRotatePublish = addStep(
  'publish',
  'give the new CA to verifiers: a root joins the trust bundle; the soak begins',
);
export const addCaRotateActivate = addStep('activate', 'issue from the new CA; what the old one signed is not due yet');
export const addCaRotateDrain = addStep(
  'drain',
  'make every certificate of the old CA due, and serve every service with the chain of now',
);
export const addCaRotateRetire = addStep(
  'retire',
  'end the old CA: its last CRL, out of the trust bundle, its key destroyed',
);
export const addCaRotateRollback = addStep(
  'rollback',
  'back to the old CA from any phase before retiring; what the new one signed stays good',
);
