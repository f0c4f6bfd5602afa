// Opens the home for `tick`: plans its parts, carries them out one after the other, and checks the result.
// The command calls it. A part that fails does not stop the others.
import { recordKeyFile } from '../../ca/run/key-file-state.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import type { IssuerLookup } from '../../crl/run/refresh.ts';
import type { CheckedPki } from '../../monitoring/run/check-pki.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { recordRun, requireClock } from '../../store/clock.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { remembering } from '../../store/remember.ts';
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

export interface TickRequest {
  readonly ask: AskPassphrase;
  /** The check also lists items without findings. */
  readonly everything: boolean;
  /** The operator vouches for the clock. */
  readonly forceClock?: boolean;
}

/** Runs a tick under the lock. Throws ERR_LOCKED and ERR_CLOCK_BEHIND. */
export const tickRun = (
  world: World,
  homeFlag: string | undefined,
  { ask, everything, forceClock = false }: TickRequest,
): Promise<TickOutcome> =>
  changePki(
    world,
    homeFlag,
    'tick',
    async found => {
      const pki = remembering(found);
      recordRun(pki);
      const policy = await loadPolicy(pki);
      const hands = { pki, policy, ask, unlock: openOnce(pki, ask), everything };
      const { reports, standings } = await applyTick(PARTS, hands);
      const checked = standings.of(monitoring);
      return { reports, ...(checked?.state === 'done' && { check: checked.outcome.check }), pki: pki.identity };
    },
    forceClock ? 'accepted' : 'right',
  );

/** Makes the plans of a tick, without the lock. Throws ERR_CLOCK_BEHIND. */
export const tickPlanRun = (
  world: World,
  homeFlag: string | undefined,
  forceClock: boolean,
): Promise<readonly PartReport[]> =>
  readPki(world, homeFlag, async found => {
    const pki = remembering(found);
    if (!forceClock) requireClock(pki);
    const { reports } = await planTick(PARTS, { pki, policy: await loadPolicy(pki) });
    return reports;
  });

/** Unlocks each CA key at most once: unlocking takes hundreds of thousands of rounds of key derivation. */
export function openOnce(pki: Pki, ask: AskPassphrase): IssuerLookup {
  const opened = new Map<string, Issuer>();
  return async authority => {
    const known = opened.get(authority.id);
    if (known !== undefined) return known;
    const issuer = await unlockAuthority(pki, authority, ask);
    opened.set(authority.id, issuer);
    recordKeyFile(pki, authority.id);
    return issuer;
  };
}
