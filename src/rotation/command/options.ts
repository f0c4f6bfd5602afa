// Declares and reads the options that several rotation commands share: tier, lifetime, key algorithm, soak, cross-signing.
// The commands of rotation call it. It opens nothing.
import { Option, type Command } from 'commander';
import { failure } from '../../errors/error.ts';
import type { OwnTier } from '../../record/authority.ts';
import { CROSS_SIGNINGS, type CrossSigning } from '../../record/rotation.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';
import { parseDuration } from '../../time/duration.ts';
import type { SuccessorRequest } from '../rules/successor.ts';

export interface TierFlags {
  readonly tier: OwnTier;
}

/** Declares `--tier`, which every step of a rotation needs. */
export const tierOption = (command: Command): Command =>
  command.addOption(
    new Option('--tier <tier>', 'tier of the CA to replace').choices(['issuing', 'root']).makeOptionMandatory(),
  );

export interface SuccessorFlags {
  readonly crossSign: CrossSigning;
  readonly soak?: string;
  readonly lifetime?: string;
  readonly keyAlg?: string;
}

/** Declares the options that describe the successor, for `plan` and `prepare`. */
export const successorOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--cross-sign <which>', 'root rotation only: cross-certificates to create')
        .choices(CROSS_SIGNINGS)
        .default('issuing', 'issuing: the issuing CAs by the new root'),
    )
    .option('--soak <duration>', 'wait before activate and before retire (default: rotation.soak)')
    .option('--lifetime <duration>', 'lifetime of the new CA (default: that of the old one)')
    .option('--key-alg <algorithm>', 'key algorithm of the new CA (default: that of the old one)');

/** Reads the options that describe the successor. Throws ERR_DURATION, ERR_CHOICE. */
export const successorOf = ({ crossSign, soak, lifetime, keyAlg }: SuccessorFlags): SuccessorRequest => ({
  crossSigning: crossSign,
  ...(soak !== undefined && { soak: parseDuration(soak) }),
  ...(lifetime !== undefined && { lifetime: parseDuration(lifetime) }),
  ...(keyAlg !== undefined && { keyAlgorithm: parseKeyAlgorithm(keyAlg) }),
});

export interface CompromiseFlags {
  readonly forceCompromised?: boolean;
  readonly reason?: string;
}

/** Declares `--force-compromised` and `--reason`, for every step that replaces a tainted CA. */
export const compromiseOptions = (command: Command): Command =>
  command
    .option('--force-compromised', 'skip the gates that protect availability (only for a tainted CA)')
    .option('--reason <text>', 'reason for --force-compromised, for the audit log');

/** Returns the reason for forcing gates. Throws ERR_ROTATION_REASON when one option is given without the other. */
export function compromiseOf({ forceCompromised = false, reason }: CompromiseFlags, step: string): string | undefined {
  if (forceCompromised !== (reason !== undefined)) throw failure('ERR_ROTATION_REASON', { step });
  return reason;
}
