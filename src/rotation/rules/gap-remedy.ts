/**
 * Returns the command that leaves no issuing gap; the gate of `prepare` and `ca rotate plan` print it. The course of the rotation finds the
 * solution.
 */
import { REMEDIES } from '../../errors/remedy.ts';
import { shell } from '../../errors/row.ts';
import { durationText } from '../../time/duration.ts';
import type { Authority, OwnTier } from '../../record/authority.ts';
import type { GapWayOut } from './issuing-gap.ts';
import type { SuccessorRequest } from './successor.ts';

/** The options of `prepare` that the command repeats. */
export interface PrepareOptions extends SuccessorRequest {
  readonly rootKey?: string | undefined;
  readonly rootKeyOut?: string | undefined;
  readonly requiredAcks?: readonly string[];
  /** Reason for forcing the gates of a tainted CA. */
  readonly compromise?: string | undefined;
}

/** Returns the command for a planned CA; undefined where only a change of the policy helps. */
export function plannedGapRemedy(
  tier: OwnTier,
  wayOut: GapWayOut | undefined,
  options: PrepareOptions,
  aboveKey?: Authority['keyLocation'],
): string | undefined {
  if (wayOut === undefined) return undefined;
  if (wayOut.kind === 'root-first')
    return aboveKey === 'foreign'
      ? REMEDIES.foreignCaExpiring()
      : REMEDIES.rotationStep({ step: 'prepare', tier: 'root' });
  return prepareCommand(tier, { ...options, lifetime: roundUp(wayOut.seconds) });
}

/** Returns `prepare` with its options, ready to paste; passphrase options are left out. */
export function prepareCommand(tier: OwnTier, options: PrepareOptions): string {
  const { crossSigning, lifetime, keyAlgorithm, soak, rootKey, rootKeyOut, requiredAcks = [], compromise } = options;
  return [
    REMEDIES.rotationStep({ step: 'prepare', tier }),
    ...(lifetime === undefined ? [] : [`--lifetime ${durationText(lifetime)}`]),
    ...(crossSigning === 'issuing' ? [] : [`--cross-sign ${crossSigning}`]),
    ...(keyAlgorithm === undefined ? [] : [`--key-alg ${keyAlgorithm}`]),
    ...(soak === undefined ? [] : [`--soak ${durationText(soak)}`]),
    ...(rootKey === undefined ? [] : [`--root-key ${shell(rootKey)}`]),
    ...(rootKeyOut === undefined ? [] : [`--root-key-out ${shell(rootKeyOut)}`]),
    ...(requiredAcks.length === 0 ? [] : [`--require-acks ${shell(requiredAcks.join(','))}`]),
    ...(compromise === undefined ? [] : [`--force-compromised --reason ${shell(compromise)}`]),
  ].join(' ');
}

/** Returns the command for a prepared CA: extend an issuing CA, or roll back a root. */
export function recordedGapRemedy(
  { id, tier }: Pick<Authority, 'id' | 'tier'>,
  wayOut: GapWayOut | undefined,
  rootKey: Authority['keyLocation'],
): string | undefined {
  if (tier === 'root') return REMEDIES.rotationStep({ step: 'rollback', tier });
  if (wayOut === undefined) return undefined;
  if (wayOut.kind === 'root-first') return REMEDIES.rotationStep({ step: 'rollback', tier });
  // only its holder can sign a longer certificate
  if (rootKey === 'foreign') return REMEDIES.successorPending();
  const extend = REMEDIES.caTooShort({ ca: id, lifetime: durationText(roundUp(wayOut.seconds)) });
  return `${extend}${rootKey === 'file' ? '' : ' --root-key FILE'}`;
}

/** Rounds up to whole days, hours or minutes, whichever is the largest unit that fits. */
export function roundUp(seconds: number): number {
  const unit = [86_400, 3600, 60].find(each => seconds >= each) ?? 1;
  return Math.ceil(seconds / unit) * unit;
}
