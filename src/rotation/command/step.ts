// The commands of the steps of a rotation: publish, activate, drain, retire and rollback.
// They share flags, output and exit status; `run/step.ts` does the work.
import { EXIT } from '../../errors/exit-status.ts';
import type { RotationStep } from '../rules/step.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotateView } from '../view/step.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { compromiseOf, compromiseOptions, tierOption, type CompromiseFlags, type TierFlags } from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';

interface Flags extends TierFlags, CompromiseFlags, PassphraseOptions {
  readonly rootKey?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

/** Declares a step of a rotation in progress; all of them have the same options. */
const addStep =
  (step: Exclude<RotationStep, 'prepare'>, description: string): AddCommand =>
  (program, world, done) => {
    const command = rotateGroup(program)
      .command(step)
      .description(description)
      .option('--root-key <file>', 'key of the CA that signs, if it is kept offline')
      .option('--dry-run', 'check every gate, show the changes, and change nothing');
    if (step !== 'rollback') compromiseOptions(command);
    outputOption(passphraseOptions(tierOption(command)));
    examples(command, [`svcauth ca rotate ${step} --tier issuing`, `svcauth ca rotate ${step} --tier root --dry-run`]);
    command.action(async ({ tier, rootKey, dryRun = false, output, ...flags }: Flags) => {
      const { rotate } = await import('../run/step.ts');
      const keys = { rootKey, ask: passphraseAsker(flags, world, false) };
      const compromise = compromiseOf(flags, step);
      const outcome = await rotate(world, homeFlag(command), { step, tier, dryRun, compromise, keys });
      print(world.out, output, withSpread(rotateView(outcome, world.now), outcome.spread));
      for (const { error } of outcome.failed) reportErrors(world, [error]);
      if (outcome.failed.length > 0) done(EXIT.partial);
      reportSpread(world, done, outcome.spread);
    });
  };

export const addCaRotatePublish = addStep(
  'publish',
  'publish the new CA to verifiers (a root joins the trust bundle) and start the soak',
);
export const addCaRotateActivate = addStep(
  'activate',
  'issue from the new CA; certificates of the old CA are not due for renewal yet',
);
export const addCaRotateDrain = addStep(
  'drain',
  'make every certificate of the old CA due for renewal, and update the chain of every service',
);
export const addCaRotateRetire = addStep(
  'retire',
  'retire the old CA: sign its last CRL, remove it from the trust bundle, destroy its key',
);
export const addCaRotateRollback = addStep(
  'rollback',
  'return to the old CA from any phase; certificates of the new CA stay valid',
);
