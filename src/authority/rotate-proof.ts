import { counterexampleText } from '../lifecycle/counterexample-text.ts';
import type { CrossSigning } from '../record/rotation.ts';
import type { Policy } from '../lifecycle/policy.ts';
import type { RotationFacts } from '../lifecycle/rotation-state.ts';
import type { RotationStep } from '../lifecycle/rotation-step.ts';
import type { Pki } from './open-pki.ts';
import { proveRotationOf } from './prove-rotation.ts';

/** The gate of every step but going back: each handshake that the rotation makes possible when the step is taken now. */
export async function counterexamples(
  pki: Pki,
  policy: Policy,
  { tier }: RotationFacts,
  step: RotationStep,
  begun: { readonly crossSigning: CrossSigning; readonly soak?: number } | undefined,
): Promise<readonly string[]> {
  if (step === 'rollback') return [];
  const { crossSigning = 'issuing', soak = policy.rotation.soak } = begun ?? {};
  const proof = await proveRotationOf(pki, policy, { tier, step, crossSigning, soak });
  return proof?.counterexamples.map(counterexampleText) ?? [];
}
