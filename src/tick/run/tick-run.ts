import type { World } from '../../world/world.ts';
import { checkPki, type CheckedPki } from '../../monitoring/run/check-pki.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki } from '../../store/open-pki.ts';
import { planTick, type TickPlan } from './plan.ts';
import { tick, type TickOutcome } from './tick.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface TickRun {
  readonly outcome: TickOutcome;
  /** How things stand after it. */
  readonly check: CheckedPki;
  readonly pki: { readonly name: string; readonly trustDomain: string };
}

/** One tick under the lock, and the check that belongs to it. `everything`: list also what is well. Throws ERR_LOCKED. */
export const tickRun = (
  world: World,
  homeFlag: string | undefined,
  { ask, everything }: { readonly ask: AskPassphrase; readonly everything: boolean },
): Promise<TickRun> =>
  changePki(world, homeFlag, 'tick', async pki => {
    const policy = await loadPolicy(pki);
    const outcome = await tick(pki, policy, ask);
    const check = checkPki(pki.manifest, { selectors: [], everything }, policy.check, world.now);
    return { outcome, check, pki: pki.identity };
  });

/** The plan alone. No lock. */
export const tickPlanRun = (world: World, homeFlag: string | undefined): Promise<TickPlan> =>
  readPki(world, homeFlag, async pki => planTick(pki, await loadPolicy(pki)));
