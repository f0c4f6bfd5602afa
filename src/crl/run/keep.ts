/**
 * Keeps the CRLs of every CA good without anyone at hand: takes over what a restored manifest forgot, then signs what is due. For
 * runs that come every minute; with nothing to do it looks at dates and sizes, reads no CRL and opens no key.
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
  /** Nothing is due, and nothing in public/ was touched since it was written. */
  readonly idle: boolean;
}

export interface CrlKeepOutcome {
  readonly adopted: readonly Adoption[];
  /** Absent when nothing was due, and when nothing could be signed. */
  readonly result?: CrlRefreshResult;
  /** What could not be done; the rest was. */
  readonly errors: readonly SvcauthError[];
}

/** `revoking`: how many revocations of each CA will have been recorded by then. Changes nothing. */
export function planCrlKeep(
  pki: Pki,
  schedule: CrlSchedule,
  revoking: ReadonlyMap<string, number> = new Map(),
): CrlKeepPlan {
  const glance = planCrlRefresh(pki, { schedule, glance: true, revoking });
  if (glance.crls.every(isIdle) && readSeal(pki.world, pki.home.public.directory) !== undefined) {
    return { adopted: [], refresh: glance, idle: true };
  }
  const adopted = planAdoption(pki);
  const all = new Map(revoking);
  for (const { authorityId, revocations } of adopted) {
    all.set(authorityId, (all.get(authorityId) ?? 0) + revocations.length);
  }
  return { adopted, refresh: planCrlRefresh(pki, { schedule, revoking: all }), idle: false };
}

/** Signs what the plan says. What one CA lacks is an answer here and does not keep the others from a fresh CRL. */
export async function applyCrlKeep(
  pki: Pki,
  schedule: CrlSchedule,
  { adopted, refresh, idle }: CrlKeepPlan,
  issuerOf: IssuerLookup,
): Promise<CrlKeepOutcome> {
  if (idle) return { adopted, errors: [] };
  applyAdoption(pki, adopted);
  // with what was taken over the CRLs are longer than the plan could know
  const plan = adopted.length === 0 ? refresh : planCrlRefresh(pki, { schedule });
  try {
    const result = await applyCrlRefresh(pki, plan, issuerOf);
    return { adopted, result, errors: result.failed.map(each => each.error) };
  } catch (error) {
    if (!(error instanceof SvcauthError)) throw error;
    return { adopted, errors: [error] };
  }
}

/** A key that is away will not sign today either; a file that is not what it should be may be a newer one, and is looked into. */
const isIdle = ({ action, reasons }: PlannedCrl): boolean =>
  action === 'keep' || (action === 'key-away' && !reasons.includes('unpublished'));
