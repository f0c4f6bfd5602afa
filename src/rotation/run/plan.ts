import { REMEDIES } from '../../errors/remedy.ts';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { OwnTier } from '../../record/authority.ts';
import { planSuccessor, type SuccessorRequest } from '../rules/successor.ts';
import type { Gate } from '../rules/gate.ts';
import { runningRotation } from '../rules/state.ts';
import { gatesOf } from '../rules/step.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { readPki } from '../../store/open-pki.ts';
import { readRotationFacts, readRotationRecords } from './facts.ts';
import { findingsOf, proveRotationOf, type ProvenRotation } from './prove.ts';

/** A proven rotation, with the gates of `prepare` if it has not begun. */
export interface RotationPlan extends ProvenRotation {
  readonly gates: readonly Gate[];
}

/** Plans a rotation: its timetable and its proof. Throws ERR_ROTATION_TIER. */
export async function rotationPlan(
  world: World,
  homeFlag: string | undefined,
  tier: OwnTier,
  options: SuccessorRequest,
): Promise<RotationPlan> {
  return readPki(world, homeFlag, async pki => {
    const policy = await loadPolicy(pki);
    const { now } = pki.world;
    const records = readRotationRecords(pki, tier);
    const isNew = runningRotation(records) === undefined;
    const successor = isNew ? planSuccessor(records, options, policy, now) : undefined;
    const proof = await proveRotationOf(pki, policy, records, { successor, options });
    if (proof === undefined) {
      throw failure('ERR_ROTATION_TIER', { tier, problem: `no ${tier} CA is active`, hint: REMEDIES.caUnclear() });
    }
    // before it begins, the plan asks every gate of `prepare`
    const { facts } = isNew ? readRotationFacts(pki, policy, tier) : { facts: undefined };
    return { ...proof, gates: facts === undefined ? [] : gatesOf('prepare', facts, findingsOf(proof), now) };
  });
}
