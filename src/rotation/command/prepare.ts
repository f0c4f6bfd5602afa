/** Declares `ca rotate prepare`: reads its options, takes the step and prints the outcome. It decides nothing. */
import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { shortenedText } from '../view/shortened.ts';
import { rotateView } from '../view/step.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import {
  compromiseOf,
  compromiseOptions,
  successorOf,
  successorOptions,
  tierOption,
  type CompromiseFlags,
  type SuccessorFlags,
  type TierFlags,
} from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';

interface Flags extends TierFlags, SuccessorFlags, CompromiseFlags, PassphraseOptions {
  readonly rootKey?: string;
  readonly rootKeyOut?: string;
  readonly requireAcks?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaRotatePrepare: AddCommand = (program, world, done) => {
  const command = rotateGroup(program)
    .command('prepare')
    .description('create the successor of a CA: its key, certificates and first CRL, and test it')
    .option('--root-key <file>', 'key of the root that signs, if it is kept offline')
    .option('--root-key-out <file>', 'write the key of the new root to this file, and keep no copy')
    .option('--require-acks <names>', 'comma-separated verifiers that must acknowledge before activate')
    .option('--dry-run', 'show the CA that would be created, and change nothing');
  outputOption(passphraseOptions(compromiseOptions(successorOptions(tierOption(command)))));
  examples(command, [
    'svcauth ca rotate prepare --tier issuing --passphrase-file /run/secrets/ca',
    'svcauth ca rotate prepare --tier root --root-key-out /media/usb/root-g2.key --require-acks edge-1,edge-2',
  ]);
  command.action(async (flags: Flags) => {
    const { rotate } = await import('../run/step.ts');
    const { tier, dryRun = false } = flags;
    const preparation = {
      ...successorOf(flags),
      requiredAcks: namesIn(flags.requireAcks ?? ''),
      rootKey: flags.rootKey,
      rootKeyOut: flags.rootKeyOut,
      ask: passphraseAsker(flags, world, false),
    };
    const compromise = compromiseOf(flags, 'prepare');
    const outcome = await rotate(world, homeFlag(command), { step: 'prepare', tier, dryRun, compromise, preparation });
    print(world.out, flags.output, withSpread(rotateView(outcome, world.now), outcome.spread));
    const { successor } = outcome;
    if (successor?.wantedNotAfter && successor.above) {
      const { planned, wantedNotAfter, above } = successor;
      warn(world, shortenedText(planned.id, planned.notAfter, wantedNotAfter, above.id));
    }
    if (outcome.failed.length > 0) done(EXIT.partial);
    reportSpread(world, done, outcome.spread);
  });
};

/** Each once, without the spaces around it. */
const namesIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== ''),
  ),
];
