import { SvcauthError } from '../../errors/error.ts';
import type { CrlSchedule } from '../../crl/rules/schedule.ts';
import { applyAdoption, planAdoption } from '../../crl/run/adopt-revocations.ts';
import type { CrlRefreshOutcome } from '../../crl/run/refresh-run.ts';
import type { Pki } from '../../store/open-pki.ts';
import { publishEverywhere, type Publication } from '../../publication/run/publications.ts';
import { readSeal } from '../../crl/run/seal.ts';
import { applyCrlRefresh, planCrlRefresh, type PlannedCrl } from '../../crl/run/refresh.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface CrlUpkeep {
  readonly refresh: CrlRefreshOutcome;
  /** In the order of the policy. */
  readonly publications: readonly Publication[];
  /** Whether a file changed, here or in a directory that verifiers are served from. */
  readonly changed: boolean;
  /** What could not be done; the rest was. */
  readonly errors: readonly SvcauthError[];
}

/**
 * Signs the CRLs that are due and brings them to every directory of `crl.publishTo`; the caller holds the lock. With nothing to do it
 * looks at dates and sizes only and asks for no passphrase. Catalogue errors are answers here: what one CA or one directory lacks
 * does not keep the others waiting.
 */
export async function keepCrls(
  pki: Pki,
  { crl: schedule }: { readonly crl: CrlSchedule & { readonly publishTo?: readonly string[] } },
  ask: AskPassphrase,
): Promise<CrlUpkeep> {
  const { refresh, error } = await refreshDue(pki, schedule, ask);
  const publications = await publishEverywhere(pki, schedule.publishTo ?? [], { dryRun: false, glance: true });
  const failed = refresh.result?.failed.map(each => each.error) ?? [];
  return {
    refresh,
    publications,
    changed: refresh.result?.changed === true || publications.some(({ changed }) => changed),
    errors: [error, ...failed, ...publications.map(each => each.error)].filter(each => each !== undefined),
  };
}

async function refreshDue(
  pki: Pki,
  schedule: CrlSchedule,
  ask: AskPassphrase,
): Promise<{ readonly refresh: CrlRefreshOutcome; readonly error?: SvcauthError }> {
  const glance = planCrlRefresh(pki, { schedule, glance: true });
  if (glance.crls.every(isIdle) && readSeal(pki.world, pki.home.public.directory) !== undefined) {
    return { refresh: { plan: glance, adopted: [], result: { signed: [], failed: [], changed: false } } };
  }
  const adopted = planAdoption(pki);
  applyAdoption(pki, adopted);
  const plan = planCrlRefresh(pki, { schedule });
  try {
    const result = await applyCrlRefresh(pki, plan, authority => unlockAuthority(pki, authority, ask));
    return { refresh: { plan, adopted, result } };
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    return { refresh: { plan, adopted }, error };
  }
}

/** A key that is away will not sign today either; a file that is not what it should be may be a newer one, and is looked into. */
const isIdle = ({ action, reasons }: PlannedCrl): boolean =>
  action === 'keep' || (action === 'key-away' && !reasons.includes('unpublished'));
