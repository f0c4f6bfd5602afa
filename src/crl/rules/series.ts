// Plans the CRLs that are signed ahead for a CA with an offline key, and decides when each of them is published.
// `crl presign` and the refresh of CRLs call it; check and forecast ask which CRL is on turn. It signs nothing.
import { failure } from '../../errors/error.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { BACKDATE } from './backdate.ts';
import type { Seconds } from '../../time/duration.ts';
import type { AuthorityCertificate } from '../../record/authority.ts';
import type { Crl, VoidCrlSeries } from '../../record/crl.ts';

/** CRLs that are signed in one ceremony, each for a time of its own. */
export interface CrlSeriesRequest {
  /** From one CRL to the next. */
  readonly every: Seconds;
  /** How long the series lasts, from now. */
  readonly span: Seconds;
}

interface SeriesState {
  readonly latest?: Crl | undefined;
  readonly published?: { readonly number?: bigint | undefined } | undefined;
  readonly series?: readonly Crl[];
}

/** Those that are still to come. */
export const crlsToCome = ({ latest, series = [] }: SeriesState): readonly Crl[] =>
  series.filter(({ number }) => latest === undefined || number > latest.number);

/** When a CRL of a series may be seen: clocks that are behind must not find it in the future. The first one was made for at once. */
export const turnOf = ({ thisUpdate }: Crl, isFirst: boolean): Date =>
  new Date(thisUpdate.getTime() + (isFirst ? 0 : BACKDATE * 1000));

/** The newest whose time has come. One that verifiers may have seen a later number than is no use any more. */
export function crlOnTurn(state: SeriesState, now: Date): Crl | undefined {
  const { series = [], published } = state;
  return crlsToCome(state).findLast(
    crl => turnOf(crl, crl === series[0]) <= now && crl.number > (published?.number ?? -1n),
  );
}

/** What is remembered of a series once it is given up: how far its numbers and its time went. */
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

/** The most CRLs that one ceremony signs. */
const MOST = 400;

/**
 * Numbers and dates of a series: `first` is what would be signed now, the others follow at equal distances. Each is good for `lifetime`
 * and never for less than two distances, so that one which is published late, or not at all, hurts nobody; none outlives the CA. The
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
    // the next one could not be good for longer
    if (nextUpdate.getTime() === end) break;
  }
  return headers;
}
