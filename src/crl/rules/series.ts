// Plans the presigned CRLs of a CA with an offline key, and decides when each of them is released into public/.
// `crl presign` and the refresh of CRLs call it; check and forecast ask which CRL is due. It signs nothing.
import { failure } from '../../errors/error.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { BACKDATE } from './backdate.ts';
import type { Seconds } from '../../time/duration.ts';
import type { AuthorityCertificate } from '../../record/authority.ts';
import type { Crl, VoidCrlSeries } from '../../record/crl.ts';

/** A request to sign a series of CRLs in one session. */
export interface CrlSeriesRequest {
  /** Interval between two CRLs. */
  readonly every: Seconds;
  /** Length of the series, from now. */
  readonly span: Seconds;
}

interface SeriesState {
  readonly latest?: Crl | undefined;
  readonly published?: { readonly number?: bigint | undefined } | undefined;
  readonly series?: readonly Crl[];
}

/** Lists the presigned CRLs that are not released yet. */
export const crlsToCome = ({ latest, series = [] }: SeriesState): readonly Crl[] =>
  series.filter(({ number }) => latest === undefined || number > latest.number);

/** Computes the release time of a presigned CRL: one minute after thisUpdate, for verifiers whose clocks are behind. The first is released at once. */
export const turnOf = ({ thisUpdate }: Crl, isFirst: boolean): Date =>
  new Date(thisUpdate.getTime() + (isFirst ? 0 : BACKDATE * 1000));

/**
 * Finds the presigned CRL that is due: the newest whose time has come. A CRL is no longer used once a higher number is published. If
 * the newest CRL begins in the future because a wrong clock released it, an earlier one of the series is due again.
 */
export function crlOnTurn(state: SeriesState, now: Date): Crl | undefined {
  const { series = [], published, latest } = state;
  const hasBegun = (crl: Crl): boolean => turnOf(crl, crl === series[0]) <= now;
  if (latest !== undefined && latest.thisUpdate > now && series.some(({ sha256 }) => sha256 === latest.sha256)) {
    return series.findLast(crl => hasBegun(crl) && crl.nextUpdate > now);
  }
  return crlsToCome(state).findLast(crl => hasBegun(crl) && crl.number > (published?.number ?? -1n));
}

/** Summarises a discarded series: its highest number and the time it covered. */
export function voidSeriesOf({
  series = [],
  voidSeries,
}: Pick<SeriesState, 'series'> & { readonly voidSeries?: VoidCrlSeries | undefined }): VoidCrlSeries | undefined {
  const [before, last] = series.slice(-2);
  if (before === undefined) return voidSeries;
  const numbers = [...series.map(each => each.number), voidSeries?.number ?? 0n];
  const number = numbers.reduce((most, each) => (each > most ? each : most));
  if (last === undefined) return { number };
  const every = (last.thisUpdate.getTime() - before.thisUpdate.getTime()) / 1000;
  return { number, due: { every, until: new Date(last.thisUpdate.getTime() + every * 1000) } };
}

/** Maximum number of CRLs in a series. */
const MOST = 400;

/**
 * Plans numbers and dates of a series: `first` is signed for now, the others follow at equal intervals. Each is valid for `lifetime`,
 * and for at least two intervals, so verifiers are not affected if one is published late or not at all. None outlives the CA. The
 * numbers leave room for CRLs that are signed between two of them. Throws ERR_CRL_SERIES.
 */
export function planCrlSeries(
  first: CrlHeader,
  { notAfter }: Pick<AuthorityCertificate, 'notAfter'>,
  lifetime: Seconds,
  { every, span }: CrlSeriesRequest,
  now: Date,
): readonly CrlHeader[] {
  if (every > span) throw failure('ERR_CRL_SERIES', { reason: 'the interval between CRLs is longer than the series' });
  const count = Math.ceil(span / every);
  if (count > MOST) throw failure('ERR_CRL_SERIES', { reason: `it would have ${count} CRLs, more than ${MOST}` });
  const end = notAfter.getTime();
  const good = Math.max(lifetime, 2 * every) * 1000;
  const headers: CrlHeader[] = [];
  for (let index = 0; index < count; index++) {
    const offset = index * every;
    const thisUpdate = index === 0 ? first.thisUpdate : new Date(now.getTime() + (offset - BACKDATE) * 1000);
    const nextUpdate = new Date(Math.min(now.getTime() + offset * 1000 + good, end));
    headers.push({ number: first.number + BigInt(offset), thisUpdate, nextUpdate });
    // the next CRL would expire at the same time
    if (nextUpdate.getTime() === end) break;
  }
  return headers;
}
