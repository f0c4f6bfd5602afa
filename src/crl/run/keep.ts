/**
 * Maintains the CRLs of every CA in unattended runs: adopts revocations that a restored manifest lacks, then signs the CRLs that are
 * due. If nothing is due it compares dates and sizes, reads no CRL and opens no key.
 */
import { SvcauthError } from '../../errors/error.ts';
import type { CrlSchedule } from '../rules/schedule.ts';
import type { Pki } from '../../store/open-pki.ts';
import { applyAdoption, planAdoption, type Adoption } from './adopt-revocations.ts';
import {
  applyCrlRefresh,
  planCrlRefresh,
  type CrlPlan,
  type CrlRefreshResult,
  type IssuerLookup,
  type PlannedCrl,
} from './refresh.ts';
import { readSeal } from './seal.ts';

export interface CrlKeepPlan {
  readonly adopted: readonly Adoption[];
  readonly refresh: CrlPlan;
  /** Nothing is due, and no file in public/ was changed. */
  readonly idle: boolean;
}

export interface CrlKeepOutcome {
  readonly adopted: readonly Adoption[];
  /** Absent if nothing was due or nothing could be signed. */
  readonly result?: CrlRefreshResult;
  /** The failures; all other CRLs were signed. */
  readonly errors: readonly SvcauthError[];
}

/** Plans the CRLs; changes nothing. `revoking` counts the revocations by CA that will be recorded before. */
export function planCrlKeep(
  pki: Pki,
  schedule: CrlSchedule,
  revoking: ReadonlyMap<string, number> = new Map(),
): CrlKeepPlan {
  const glance = planCrlRefresh(pki, { schedule, glance: true, revoking });
  if (glance.crls.every(isIdle) && readSeal(pki.world, pki.home.public.directory) !== undefined) {
    return { adopted: [], refresh: glance, idle: true };
  }
  const adopted = planAdoption(pki, schedule);
  const all = new Map(revoking);
  for (const { authorityId, revocations } of adopted) {
    all.set(authorityId, (all.get(authorityId) ?? 0) + revocations.length);
  }
  return { adopted, refresh: planCrlRefresh(pki, { schedule, revoking: all }), idle: false };
}

/** Signs the planned CRLs. A failure for one CA is returned and does not stop the others. */
export async function applyCrlKeep(
  pki: Pki,
  schedule: CrlSchedule,
  { adopted, refresh, idle }: CrlKeepPlan,
  issuerOf: IssuerLookup,
): Promise<CrlKeepOutcome> {
  if (idle) return { adopted, errors: [] };
  applyAdoption(pki, adopted);
  // the adopted revocations make the CRLs longer than planned
  const plan = adopted.length === 0 ? refresh : planCrlRefresh(pki, { schedule });
  try {
    const result = await applyCrlRefresh(pki, plan, issuerOf);
    return { adopted, result, errors: result.failed.map(each => each.error) };
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    return { adopted, errors: [error] };
  }
}

/** Decides if a CA needs no closer look: its CRL is kept, or its key is not in the home. A wrong file in public/ is read, as it may be newer. */
const isIdle = ({ action, reasons }: PlannedCrl): boolean =>
  action === 'keep' || (action === 'key-away' && !reasons.includes('unpublished'));
