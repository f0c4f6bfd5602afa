/**
 * Answers which command leaves no gap in what a CA can issue: the gate of `prepare` and `ca rotate plan` print it. It looks for nothing
 * itself; the course of the rotation knows the way out.
 */
import { REMEDIES } from '../../errors/remedy.ts';
import { shell } from '../../errors/row.ts';
import { durationText } from '../../time/duration.ts';
import type { Authority } from '../../record/authority.ts';
import type { GapWayOut } from './issuing-gap.ts';
import type { SuccessorRequest } from './successor.ts';

/** The options of `prepare` that the command repeats. */
export interface PrepareOptions extends SuccessorRequest {
  readonly rootKey?: string | undefined;
  readonly rootKeyOut?: string | undefined;
  readonly requiredAcks?: readonly string[];
  /** Why the gates of a tainted CA are forced. */
  readonly compromise?: string | undefined;
}

/** Returns the command for a CA that is planned; undefined where only the policy can change it. */
export function plannedGapRemedy(
  tier: Authority['tier'],
  wayOut: GapWayOut | undefined,
  options: PrepareOptions,
): string | undefined {
  if (wayOut === undefined) return undefined;
  if (wayOut.kind === 'root-first') return REMEDIES.rotationStep({ step: 'prepare', tier: 'root' });
  return prepareCommand(tier, { ...options, lifetime: roundUp(wayOut.seconds) });
}

/** Returns `prepare` with its options, as it can be typed again; a key that is asked for stays out of it. */
export function prepareCommand(tier: Authority['tier'], options: PrepareOptions): string {
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

/** Returns the command for a CA that exists: an issuing CA is extended, a root goes and another one is prepared. */
export function recordedGapRemedy(
  { id, tier }: Pick<Authority, 'id' | 'tier'>,
  wayOut: GapWayOut | undefined,
  isRootKeyHere: boolean,
): string | undefined {
  if (tier === 'root') return REMEDIES.rotationStep({ step: 'rollback', tier });
  if (wayOut === undefined) return undefined;
  if (wayOut.kind === 'root-first') return REMEDIES.rotationStep({ step: 'rollback', tier });
  const extend = REMEDIES.caTooShort({ ca: id, lifetime: durationText(roundUp(wayOut.seconds)) });
  return `${extend}${isRootKeyHere ? '' : ' --root-key FILE'}`;
}

/** To whole days, hours or minutes, whatever is the largest that it has one of. */
function roundUp(seconds: number): number {
  const unit = [86_400, 3600, 60].find(each => seconds >= each) ?? 1;
  return Math.ceil(seconds / unit) * unit;
}
