import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Authority } from '../../record/authority.ts';
import type { CrossSigning } from '../../record/rotation.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { readPki } from '../../store/open-pki.ts';
import { proveRotationOf, type ProvenRotation } from './prove.ts';

interface PlanRequest {
  readonly tier: Authority['tier'];
  /** Of a rotation that has not begun, as is `soak`. */
  readonly crossSigning: CrossSigning;
  /** Seconds; absent: the policy's. */
  readonly soak: number | undefined;
}

/** When the steps of a rotation are due, and what the proof makes of all of them. Throws ERR_ROTATION_TIER. */
export async function rotationPlan(
  world: World,
  homeFlag: string | undefined,
  { tier, crossSigning, soak }: PlanRequest,
): Promise<ProvenRotation> {
  return readPki(world, homeFlag, async pki => {
    const policy = await loadPolicy(pki);
    const question = { tier, crossSigning, soak: soak ?? policy.rotation.soak };
    const proof = await proveRotationOf(pki, policy, question);
    if (proof === undefined) {
      throw failure('ERR_ROTATION_TIER', { tier, problem: `no ${tier} CA is active`, hint: 'svcauth ca list' });
    }
    return proof;
  });
}
