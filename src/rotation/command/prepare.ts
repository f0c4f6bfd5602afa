import { EXIT } from '../../errors/exit-status.ts';
import { parseDuration } from '../../time/duration.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { rotateView } from '../view/step.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import {
  compromiseOf,
  compromiseOptions,
  crossSignOption,
  tierOption,
  type CompromiseFlags,
  type TierFlags,
} from './options.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';

interface Flags extends TierFlags, CompromiseFlags, PassphraseOptions {
  readonly rootKey?: string;
  readonly rootKeyOut?: string;
  readonly crossSign: CrossSigning;
  readonly requireAcks?: string;
  readonly soak?: string;
  readonly lifetime?: string;
  readonly keyAlg?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaRotatePrepare: AddCommand = (program, world, done) => {
  const command = rotateGroup(program)
    .command('prepare')
    .description('make the next CA: key, certificates, its empty CRL, and a test certificate that must be accepted')
    .option('--root-key <file>', 'the key of the root that signs, when that is kept elsewhere')
    .option('--root-key-out <file>', 'write the key of the new root here and keep no copy')
    .option(
      '--require-acks <names>',
      'verifiers that must acknowledge before it is activated, with commas between them',
    )
    .option('--soak <duration>', 'between publishing and activating (default: rotation.soak)')
    .option('--lifetime <duration>', 'of the new CA (default: as long as the old one)')
    .option('--key-alg <algorithm>', 'of the new CA (default: as the old one)')
    .option('--dry-run', 'print what would be made, and make nothing');
  outputOption(passphraseOptions(compromiseOptions(crossSignOption(tierOption(command)))));
  examples(command, [
    'svcauth ca rotate prepare --tier issuing --passphrase-file /run/secrets/ca',
    'svcauth ca rotate prepare --tier root --root-key-out /media/usb/root-g2.key --require-acks edge-1,edge-2',
  ]);
  command.action(async (flags: Flags) => {
    const { rotate } = await import('../run/step.ts');
    const { tier, dryRun = false, soak, lifetime, keyAlg } = flags;
    const preparation = {
      crossSigning: flags.crossSign,
      requiredAcks: namesIn(flags.requireAcks ?? ''),
      rootKey: flags.rootKey,
      rootKeyOut: flags.rootKeyOut,
      ask: passphraseAsker(flags, world, false),
      ...(soak !== undefined && { soak: parseDuration(soak) }),
      ...(lifetime !== undefined && { lifetime: parseDuration(lifetime) }),
      ...(keyAlg !== undefined && { keyAlgorithm: parseKeyAlgorithm(keyAlg) }),
    };
    const compromise = compromiseOf(flags, 'prepare');
    const outcome = await rotate(world, homeFlag(command), { step: 'prepare', tier, dryRun, compromise, preparation });
    print(world.out, flags.output, rotateView(outcome, world.now));
    if (outcome.failed.length > 0) done(EXIT.partial);
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
