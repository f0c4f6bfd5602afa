// Opens the home for `crl refresh`: adopts revocations that the manifest lacks, plans the CRLs and, unless in a dry run, signs.
// The rehearsal of a compromised CA calls it too, and `crl presign` takes its key lookup. `refresh.ts` does the work.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { applyAdoption, planAdoption, type Adoption } from './adopt-revocations.ts';
import { readInput } from '../../store/input/read-input.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, type Pki } from '../../store/open-pki.ts';
import { applyCrlRefresh, planCrlRefresh, type CrlPlan, type CrlRefreshResult, type IssuerLookup } from './refresh.ts';
import { issuerOf, openKey, unlockAuthority } from '../../ca/run/unlock.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface CrlRefreshRequest {
  /** Ids of CAs; empty: every CA. */
  readonly only: readonly string[];
  /** The key file of the one CA in `only`, if its key is not in the home. */
  readonly key?: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  readonly spread?: SpreadTrust;
}

export interface CrlRefreshOutcome {
  readonly plan: CrlPlan;
  /** Revocations that a manifest restored from a backup lacked. */
  readonly adopted: readonly Adoption[];
  /** Absent in a dry run. */
  readonly result?: CrlRefreshResult;
  readonly spread?: TrustSpread;
}

const KEY_LIMIT = 1024 * 1024;

/** Signs the CRLs that are due. Throws ERR_KEY_AWAY if a named CA has a CRL that is due and its key is not in the home. */
export async function crlRefreshRun(
  world: World,
  homeFlag: string | undefined,
  { only, key, force, dryRun, ask, spread }: CrlRefreshRequest,
): Promise<CrlRefreshOutcome> {
  if (key !== undefined && only.length !== 1) throw failure('ERR_CRL_KEY_OWNER', {});
  return changePki(world, homeFlag, 'crl refresh', async pki => {
    const { crl: schedule } = await loadPolicy(pki);
    const keysAtHand = new Set(key === undefined ? [] : only);
    const adopted = planAdoption(pki, schedule, keysAtHand);
    if (!dryRun) applyAdoption(pki, adopted);
    const chosen = only.length === 0 ? {} : { only };
    const plan = planCrlRefresh(pki, {
      schedule,
      force,
      ...chosen,
      keysAtHand,
    });
    for (const { action, authority } of plan.crls) {
      if (action !== 'key-away' || authority.keyLocation === 'file' || only.length === 0) continue;
      throw failure('ERR_KEY_AWAY', { id: authority.id, keyLocation: authority.keyLocation });
    }
    if (dryRun) return { plan, adopted };
    const result = await applyCrlRefresh(pki, plan, issuerLookup(pki, key, ask));
    return { plan, adopted, result, ...(spread && { spread: await spread(pki) }) };
  });
}

/** Looks the issuer up with the key in the file `key`, or with the key in the home. */
export const issuerLookup =
  (pki: Pki, key: string | undefined, ask: AskPassphrase): IssuerLookup =>
  async authority => {
    if (key === undefined) return unlockAuthority(pki, authority, ask);
    const what = `the key ${quote(key)}`;
    const bytes = await readInput(pki.world, key, 'the key', KEY_LIMIT);
    return issuerOf(authority, await openKey(bytes, what, ask), what, 'brought');
  };
