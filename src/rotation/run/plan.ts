import { REMEDIES } from '../../errors/remedy.ts';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { OwnTier } from '../../record/authority.ts';
import { planSuccessor, type SuccessorRequest } from '../rules/successor.ts';
import { runningRotation } from '../rules/state.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { readPki } from '../../store/open-pki.ts';
import { readRotationRecords } from './facts.ts';
import { proveRotationOf, type ProvenRotation } from './prove.ts';

/** Plans a rotation: its timetable and its proof. Throws ERR_ROTATION_TIER. */
export async function rotationPlan(
  world: World,
  homeFlag: string | undefined,
  tier: OwnTier,
  options: SuccessorRequest,
): Promise<ProvenRotation> {
  return readPki(world, homeFlag, async pki => {
    const policy = await loadPolicy(pki);
    const records = readRotationRecords(pki, tier);
    const successor =
      runningRotation(records) === undefined ? planSuccessor(records, options, policy, pki.world.now) : undefined;
    const proof = await proveRotationOf(pki, policy, records, { successor, options });
    if (proof === undefined) {
      throw failure('ERR_ROTATION_TIER', { tier, problem: `no ${tier} CA is active`, hint: REMEDIES.caUnclear() });
    }
    return proof;
  });
}
