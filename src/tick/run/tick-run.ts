import { unlockAuthority } from '../../ca/run/unlock.ts';
import type { IssuerLookup } from '../../crl/run/refresh.ts';
import type { CheckedPki } from '../../monitoring/run/check-pki.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { World } from '../../world/world.ts';
import { monitoring } from './part/monitoring.ts';
import { PARTS } from './parts.ts';
import { applyTick, planTick, type PartReport } from './tick.ts';

export interface TickOutcome {
  readonly reports: readonly PartReport[];
  /** Result of the check after the other parts; absent if the check failed. */
  readonly check?: CheckedPki;
  readonly pki: { readonly name: string; readonly trustDomain: string };
}

/** Runs a tick under the lock. `everything`: the check also lists items without findings. Throws ERR_LOCKED. */
export const tickRun = (
  world: World,
  homeFlag: string | undefined,
  { ask, everything }: { readonly ask: AskPassphrase; readonly everything: boolean },
): Promise<TickOutcome> =>
  changePki(world, homeFlag, 'tick', async pki => {
    const policy = await loadPolicy(pki);
    const hands = { pki, policy, ask, unlock: openOnce(pki, ask), everything };
    const { reports, standings } = await applyTick(PARTS, hands);
    const checked = standings.of(monitoring);
    return { reports, ...(checked?.state === 'done' && { check: checked.outcome.check }), pki: pki.identity };
  });

/** Makes the plans of a tick, without the lock. */
export const tickPlanRun = (world: World, homeFlag: string | undefined): Promise<readonly PartReport[]> =>
  readPki(world, homeFlag, async pki => {
    const { reports } = await planTick(PARTS, { pki, policy: await loadPolicy(pki) });
    return reports;
  });

/** Unlocks each CA key at most once: unlocking takes hundreds of thousands of rounds of key derivation. */
export function openOnce(pki: Pki, ask: AskPassphrase): IssuerLookup {
  const opened = new Map<string, Issuer>();
  return async authority => {
    const issuer = opened.get(authority.id) ?? (await unlockAuthority(pki, authority, ask));
    opened.set(authority.id, issuer);
    return issuer;
  };
}
