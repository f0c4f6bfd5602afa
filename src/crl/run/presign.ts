import type { World } from '../../world/world.ts';
import type { CrlSeriesRequest } from '../rules/series.ts';
import type { Crl } from '../../record/crl.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { applyAdoption, planAdoption } from './adopt-revocations.ts';
import { issuerLookup } from './refresh-run.ts';
import { readCrlStates } from './states.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki } from '../../store/open-pki.ts';
import { applyCrlRefresh, planCrlRefresh, requireCrl } from './refresh.ts';
import { planSeries, signSeries } from './sign-series.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface PresignRequest extends CrlSeriesRequest {
  readonly ca: string;
  /** The key file of the CA, if its key is not in the home. */
  readonly key?: string | undefined;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
}

export interface PresignOutcome {
  readonly authorityId: string;
  readonly series: readonly CrlHeader[];
  readonly entryCount: number;
  /** CRLs of an earlier series that were not released, and are discarded. */
  readonly replaced: readonly Crl[];
  readonly dryRun: boolean;
}

/**
 * Signs a series of CRLs in one session. The first is released at once; the others stay in the manifest until they are due, and
 * their release needs no key. The series is durable before its first CRL is released.
 */
export async function presignRun(
  world: World,
  homeFlag: string | undefined,
  { ca, key, dryRun, ask, ...request }: PresignRequest,
): Promise<PresignOutcome> {
  return changePki(world, homeFlag, 'crl presign', async pki => {
    const { crl: schedule } = await loadPolicy(pki);
    if (!dryRun) applyAdoption(pki, planAdoption(pki, schedule, new Set([ca])));
    const states = readCrlStates(pki);
    const state = requireCrl(pki, states, ca);
    const { authority, totals, latest, series = [] } = state;
    const headers = planSeries(state, schedule, request, pki.world.now);
    const replaced = series.filter(({ number }) => number > (latest?.number ?? -1n));
    const outcome = { authorityId: ca, series: headers, entryCount: totals.count, replaced, dryRun };
    if (dryRun) return outcome;
    const issuerOf = issuerLookup(pki, key, ask);
    await signSeries(pki, state, headers, await issuerOf(authority));
    await applyCrlRefresh(pki, planCrlRefresh(pki, { schedule, only: [ca] }), issuerOf);
    return outcome;
  });
}
