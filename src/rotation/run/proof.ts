import { counterexampleText } from '../../verifiers/rules/counterexample-text.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { RotationFacts } from '../rules/state.ts';
import type { RotationStep } from '../rules/step.ts';
import type { Pki } from '../../store/open-pki.ts';
import { proveRotationOf } from './prove.ts';

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
