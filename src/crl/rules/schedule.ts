// Decides whether the CRL of a CA must be made again, why, and with which number and dates (RFC 5280 §5.1.2).
// `run/refresh.ts` asks it for every CA; views and `tick` take the words for a reason. It does not ask whether a key is at hand.
import { BACKDATE } from './backdate.ts';
import { nextCrlNumber } from './number.ts';
import type { ClockSpan } from '../../time/recorded-clock.ts';
import { thresholdOf, type Seconds, type Threshold } from '../../time/duration.ts';
import type { AuthorityCertificate, Authority } from '../../record/authority.ts';
import type { Crl, VoidCrlSeries } from '../../record/crl.ts';
import { crlOnTurn, crlsToCome } from './series.ts';

/** The lifetimes and the refresh age of CRLs, from the policy. */
export interface CrlSchedule {
  /** Time from now to nextUpdate for an issuing CA. */
  readonly lifetime: Seconds;
  readonly rootLifetime: Seconds;
  /** Age at which a CRL is replaced. */
  readonly refreshAfter: Threshold;
  /** Directories that CRLs are published to: what they list is listed again. */
  readonly publishTo?: readonly string[] | undefined;
}

/** The revocations and CRLs of one CA. */
export interface CrlState {
  readonly tier: Authority['tier'];
  readonly certificate: AuthorityCertificate;
  /** The newest CRL in the manifest. */
  readonly latest?: Crl | undefined;
  /** The file in public/crl; absent if there is none. `number` is absent if it is not a CRL of this CA. */
  readonly published?: { readonly sha256: string; readonly number?: bigint | undefined } | undefined;
  /** Number of revocations that no CRL lists yet. */
  readonly unlisted: number;
  /** The highest number of a CRL of this CA that is published elsewhere. */
  readonly outside?: bigint | undefined;
  /** Present if the clock is in doubt: the times between which the right time is. */
  readonly clock?: ClockSpan | undefined;
  /** Presigned CRLs, by number. */
  readonly series?: readonly Crl[];
  /** The series that was discarded. */
  readonly voidSeries?: VoidCrlSeries | undefined;
}

/** The reasons to make a CRL; `CRL_REFRESH_WORDS` describes them. */
export type CrlRefreshReason =
  'first' | 'revoked' | 'not-yet-valid' | 'overtaken' | 'turn' | 'age' | 'unpublished' | 'forced';

export const CRL_REFRESH_WORDS: Readonly<Record<CrlRefreshReason, string>> = {
  first: 'no CRL yet',
  revoked: 'certificates were revoked',
  'not-yet-valid': 'it begins in the future',
  overtaken: 'a published CRL has a higher number',
  turn: 'presigned CRL is due',
  age: 'due by age',
  unpublished: 'public/crl does not hold the newest CRL',
  forced: 'requested with --force',
};

/** Lists the reasons to make a new CRL, the most important first; empty if the CRL is kept. */
export function crlRefreshReasons(state: CrlState, schedule: CrlSchedule, now: Date): readonly CrlRefreshReason[] {
  const { latest, published, unlisted } = state;
  if (latest === undefined) return ['first'];
  const reasons: CrlRefreshReason[] = [];
  if (unlisted > 0) reasons.push('revoked');
  if (latest.thisUpdate > now) reasons.push('not-yet-valid');
  if (state.outside !== undefined && state.outside > latest.number) reasons.push('overtaken');
  if (crlOnTurn(state, turnClock(state, now)) !== undefined) reasons.push('turn');
  else if (isOld(latest, state, schedule, now) && crlsToCome(state).length === 0) reasons.push('age');
  if (published?.sha256 !== latest.sha256) reasons.push('unpublished');
  return reasons;
}

/**
 * Chooses the time by which presigned CRLs are released: the earlier one if the clock is in doubt. No verifier accepts a CRL that is
 * released too early. Once the current CRL has expired, waiting is no better.
 */
export const turnClock = ({ latest, clock }: Pick<CrlState, 'latest' | 'clock'>, now: Date): Date =>
  clock === undefined || latest === undefined || latest.nextUpdate <= now ? now : clock.from;

/**
 * Decides if the operator should bring a key that is not in the home. For age alone that is the second half of the CRL's lifetime:
 * a daily run would otherwise ask for the key every day.
 */
export function isPressing(
  { reasons, latest }: { readonly reasons: readonly CrlRefreshReason[]; readonly latest?: Crl | undefined },
  now: Date,
): boolean {
  if (latest === undefined || reasons.some(reason => reason !== 'age')) return true;
  return now.getTime() - latest.thisUpdate.getTime() >= latest.nextUpdate.getTime() - now.getTime();
}

/** Decides if a CRL is due by age. It is not if a new one would expire no later, because the CA expires. */
function isOld(latest: Crl, state: CrlState, schedule: CrlSchedule, now: Date): boolean {
  const { tier, clock } = state;
  const signed = clock === undefined ? latest : { ...latest, thisUpdate: crlAgeFrom(latest, tier, schedule) };
  return now >= crlOldAt(signed, schedule) && crlNextUpdate(state, schedule, now) > latest.nextUpdate;
}

/**
 * Computes the time from which the age of a CRL counts while the clock is in doubt. Its thisUpdate may be long before it was signed.
 * Every run would sign it anew otherwise.
 */
export const crlAgeFrom = (
  { thisUpdate, nextUpdate }: Pick<Crl, 'thisUpdate' | 'nextUpdate'>,
  tier: Authority['tier'],
  { lifetime, rootLifetime }: Pick<CrlSchedule, 'lifetime' | 'rootLifetime'>,
): Date => {
  const longest = (tier === 'root' ? rootLifetime : lifetime) + BACKDATE;
  return new Date(Math.max(thisUpdate.getTime(), nextUpdate.getTime() - longest * 1000));
};

/** Computes the time from which a CRL is due by age; at most its nextUpdate. */
export function crlOldAt(
  { thisUpdate, nextUpdate }: Pick<Crl, 'thisUpdate' | 'nextUpdate'>,
  { refreshAfter }: Pick<CrlSchedule, 'refreshAfter'>,
): Date {
  const lifetime = (nextUpdate.getTime() - thisUpdate.getTime()) / 1000;
  const old = thisUpdate.getTime() + thresholdOf(refreshAfter, lifetime) * 1000;
  return new Date(Math.min(old, nextUpdate.getTime()));
}

/**
 * Computes nextUpdate, from the later clock if the clock is in doubt. It is at most the CA's notAfter: an expired CA cannot sign the
 * next CRL (RFC 5280 §5.1.2.5).
 */
export function crlNextUpdate(
  { tier, certificate }: Pick<CrlState, 'tier' | 'certificate'>,
  schedule: CrlSchedule,
  now: Date,
): Date {
  const lifetime = tier === 'root' ? schedule.rootLifetime : schedule.lifetime;
  return new Date(Math.min(now.getTime() + lifetime * 1000, certificate.notAfter.getTime()));
}

/**
 * Computes thisUpdate: BACKDATE before `now`, the earlier clock if the clock is in doubt, but not before the CA. Revocation dates do
 * not matter: a later one is listed as thisUpdate.
 */
export function crlThisUpdate({ certificate }: Pick<CrlState, 'certificate'>, now: Date): Date {
  const floor = Math.min(certificate.notBefore.getTime(), now.getTime());
  return new Date(Math.max(now.getTime() - BACKDATE * 1000, floor));
}

/** Chooses number and dates of a CRL that is signed now. If the clock is in doubt, verifiers accept it whichever clock is right. */
export function nextCrlHeader(state: CrlState, schedule: CrlSchedule, now: Date) {
  const { latest, published, voidSeries, outside, clock = { from: now, to: now } } = state;
  const thisUpdate = crlThisUpdate(state, clock.from);
  return {
    number: nextCrlNumber(
      { stored: latest?.number, published: published?.number, voided: voidSeries?.number, outside },
      now,
    ),
    // of two CRLs, OpenSSL takes the one with the later thisUpdate
    thisUpdate: clock.from < now && latest !== undefined ? between(thisUpdate, latest.thisUpdate, now) : thisUpdate,
    nextUpdate: crlNextUpdate(state, schedule, clock.to),
  };
}

/** Moves `date` behind `previous` if that is before `now`. */
const between = (date: Date, previous: Date, now: Date): Date =>
  date <= previous && previous < now ? new Date(previous.getTime() + 1000) : date;
