import type { World } from '../context.ts';
import { failure } from '../errors.ts';
import { instantText } from '../instant-text.ts';
import { nextCrlHeader, type CrlSchedule } from '../lifecycle/crl-schedule.ts';
import { planCrlSeries, type CrlSeriesRequest } from '../lifecycle/crl-series.ts';
import type { Crl, PresignedCrl } from '../lifecycle/model.ts';
import type { Issuer } from '../pki/issuer.ts';
import type { CrlHeader } from '../pki/prepare-crl.ts';
import { removeLeftovers } from '../store/files.ts';
import { applyAdoption, planAdoption } from './adopt-revocations.ts';
import { issuerLookup } from './crl-refresh-run.ts';
import { CRL_PIECE, readCrlStates, type AuthorityCrl, type CrlPki } from './crl-states.ts';
import { loadPolicy } from './load-policy.ts';
import { makeCrl } from './make-crl.ts';
import { changePki } from './open-pki.ts';
import { applyCrlRefresh, planCrlRefresh, requireCrl } from './refresh-crls.ts';
import type { AskPassphrase } from './unlock.ts';

export interface PresignRequest extends CrlSeriesRequest {
  readonly ca: string;
  /** Its key file, when that is kept elsewhere. */
  readonly key?: string | undefined;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
}

export interface PresignOutcome {
  readonly authorityId: string;
  readonly series: readonly CrlHeader[];
  readonly entryCount: number;
  /** Those of an earlier series that were still to come, and are given up. */
  readonly replaced: readonly Crl[];
  readonly dryRun: boolean;
}

/**
 * Signs the CRLs of a long time in one ceremony. The first takes its place at once; the others wait in the manifest until their time
 * has come, and need no key then. The series is durable before its first CRL is seen.
 */
export async function presignRun(
  world: World,
  homeFlag: string | undefined,
  { ca, key, dryRun, ask, ...request }: PresignRequest,
): Promise<PresignOutcome> {
  return changePki(world, homeFlag, 'crl presign', async pki => {
    const { crl: schedule } = await loadPolicy(pki);
    if (!dryRun) applyAdoption(pki, planAdoption(pki));
    const states = readCrlStates(pki);
    const state = requireCrl(pki, states, ca);
    const { authority, totals, latest, series = [] } = state;
    const headers = planSeries(state, schedule, request, world.now);
    const replaced = series.filter(({ number }) => number > (latest?.number ?? -1n));
    const outcome = { authorityId: ca, series: headers, entryCount: totals.count, replaced, dryRun };
    if (dryRun) return outcome;
    const issuerOf = issuerLookup(pki, key, ask);
    await signSeries(pki, state, headers, await issuerOf(authority));
    await applyCrlRefresh(pki, planCrlRefresh(pki, { schedule, only: [ca] }), issuerOf);
    return outcome;
  });
}

/** Above every number of a series that it replaces: those may be known to somebody. */
function planSeries(
  state: AuthorityCrl,
  schedule: CrlSchedule,
  request: CrlSeriesRequest,
  now: Date,
): readonly CrlHeader[] {
  const { tier, certificate, totals, series = [] } = state;
  const voidNumber = series.reduce((most, { number }) => (number > most ? number : most), state.voidNumber ?? 0n);
  const lifetime = tier === 'root' ? schedule.rootLifetime : schedule.lifetime;
  const first = nextCrlHeader({ ...state, voidNumber }, schedule, now);
  const headers = planCrlSeries(first, certificate, lifetime, request, now);
  const byteLength = totals.byteLength * headers.length;
  if (byteLength > MOST_BYTES) {
    const reason = `its ${headers.length} CRLs would list ${totals.count} certificates each, ${byteLength} bytes in all`;
    throw failure('ERR_CRL_SERIES', { reason });
  }
  return headers;
}

/** Of all the CRLs of a series together: the manifest holds them. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Makes every CRL as if it were published now, and keeps them in the manifest, all or none. */
async function signSeries(
  pki: CrlPki,
  { authority: { id }, totals, latest }: AuthorityCrl,
  headers: readonly CrlHeader[],
  issuer: Issuer,
): Promise<void> {
  const { world, home, manifest } = pki;
  world.files.makeDirectory(home.public.crls, 0o755);
  removeLeftovers(world.files, home.public.crls);
  const crls: PresignedCrl[] = [];
  let previous = latest?.number;
  for (const header of headers) {
    const { crl, der, pem } = await makeCrl(pki, { authorityId: id, header, totals, previous }, issuer);
    crls.push({ ...crl, der: Buffer.concat([...der.chunks(CRL_PIECE)].map(piece => Buffer.from(piece))) });
    der.discard();
    pem.discard();
    previous = header.number;
  }
  manifest.transaction(write => {
    write.replacePresignedCrls(id, crls);
    write.audit('crl.presigned', id, {
      crls: String(crls.length),
      numbers: `${crls[0]!.number}-${crls.at(-1)!.number}`,
      until: instantText(crls.at(-1)!.nextUpdate),
    });
  });
}
