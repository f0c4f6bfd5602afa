// Signs a series of CRLs ahead of their time and keeps them in the manifest.
// `crl presign` calls it, and the refresh does after a series was discarded. It releases none of them: `stage-presigned.ts` does.
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { nextCrlHeader, type CrlSchedule } from '../rules/schedule.ts';
import { planCrlSeries, type CrlSeriesRequest } from '../rules/series.ts';
import type { Seconds } from '../../time/duration.ts';
import type { Crl, PresignedCrl } from '../../record/crl.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { CRL_PIECE, type AuthorityCrl, type CrlPki } from './states.ts';
import { makeCrl } from './make.ts';

/** Plans a series with numbers above those of the series that it replaces. Throws ERR_CRL_SERIES. */
export function planSeries(
  state: AuthorityCrl,
  schedule: CrlSchedule,
  request: CrlSeriesRequest,
  now: Date,
): readonly CrlHeader[] {
  const { tier, certificate, totals, series = [], voidSeries } = state;
  const number = series.reduce((most, crl) => (crl.number > most ? crl.number : most), voidSeries?.number ?? 0n);
  const lifetime = tier === 'root' ? schedule.rootLifetime : schedule.lifetime;
  const first = nextCrlHeader({ ...state, voidSeries: { number } }, schedule, now);
  const headers = planCrlSeries(first, certificate, lifetime, request, now);
  const byteLength = totals.byteLength * headers.length;
  if (byteLength > MOST_BYTES) {
    const reason = `its ${headers.length} CRLs would list ${totals.count} certificates each: ${byteLength} bytes in all, more than ${MOST_BYTES}`;
    throw failure('ERR_CRL_SERIES', { reason });
  }
  return headers;
}

/** Maximum size of all CRLs of a series, which the manifest holds. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Plans the replacement of a discarded series for the rest of its time; undefined if none is needed. */
export function planReplacement(
  state: AuthorityCrl,
  schedule: CrlSchedule,
  now: Date,
): readonly CrlHeader[] | undefined {
  const due = state.voidSeries?.due;
  if (due === undefined) return undefined;
  const span = Math.floor((due.until.getTime() - now.getTime()) / 1000);
  if (span <= due.every) return undefined;
  return planSeries(state, schedule, { every: due.every as Seconds, span: span as Seconds }, now);
}

/** Signs every CRL of the series and records them in the manifest, all or none. */
export async function signSeries(
  pki: CrlPki,
  { authority: { id }, latest }: Pick<AuthorityCrl, 'authority' | 'latest'>,
  headers: readonly CrlHeader[],
  issuer: Issuer,
): Promise<readonly Crl[]> {
  const { world, home, manifest } = pki;
  world.files.makeDirectory(home.public.crls, 0o755);
  const crls: PresignedCrl[] = [];
  let previous = latest?.number;
  // every CRL lists what the first one lists: the clock of the day on which it is released is not known
  const listing = { expiredBefore: new Date(0), datesUntil: headers[0]!.thisUpdate };
  for (const header of headers) {
    const { crl, der, pem } = await makeCrl(pki, { authorityId: id, header, listing, previous }, issuer);
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
  return crls;
}
