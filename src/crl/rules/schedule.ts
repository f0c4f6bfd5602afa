// Decides whether the CRL of a CA must be made again, why, and with which number and dates (RFC 5280 §5.1.2).
// `run/refresh.ts` asks it for every CA; views and `tick` take the words for a reason. It does not ask whether a key is at hand.
import { BACKDATE } from './backdate.ts';
import { nextCrlNumber } from './number.ts';
import { thresholdOf, type Seconds, type Threshold } from '../../time/duration.ts';
import type { AuthorityCertificate, Authority } from '../../record/authority.ts';
import type { Crl, VoidCrlSeries } from '../../record/crl.ts';
import { crlOnTurn, crlsToCome } from './series.ts';

/** How often CRLs are made, from the policy. */
export interface CrlSchedule {
  /** From now to nextUpdate, of an issuing CA. */
  readonly lifetime: Seconds;
  readonly rootLifetime: Seconds;
  /** The age at which a CRL is signed anew. */
  readonly refreshAfter: Threshold;
}

/** What is known of one CA's revocations and CRLs. */
export interface CrlState {
  readonly tier: Authority['tier'];
  readonly certificate: AuthorityCertificate;
  /** The newest that the manifest knows. */
  readonly latest?: Crl | undefined;
  /** What lies in public/crl; absent when nothing does. `number` is absent when it is not a CRL of this CA. */
  readonly published?: { readonly sha256: string; readonly number?: bigint | undefined } | undefined;
  /** Revocations that no CRL lists yet. */
  readonly unlisted: number;
  readonly lastRevocation?: Date | undefined;
  /** Signed ahead, in order. */
  readonly series?: readonly Crl[];
  /** One that was given up. */
  readonly voidSeries?: VoidCrlSeries | undefined;
}

/**
 * Why a CRL is made: there is none; somebody was revoked since; one that was signed ahead has its turn; its age; it is not the one
 * that verifiers get; or because it was asked for.
 */
export type CrlRefreshReason = 'first' | 'revoked' | 'turn' | 'age' | 'unpublished' | 'forced';

export const CRL_REFRESH_WORDS: Readonly<Record<CrlRefreshReason, string>> = {
  first: 'no CRL yet',
  revoked: 'certificates were revoked',
  turn: 'presigned CRL is due',
  age: 'due by age',
  unpublished: 'public/crl does not hold the newest CRL',
  forced: 'requested with --force',
};

/** Empty when the CRL can stay as it is. The first reason is the one to tell. */
export function crlRefreshReasons(state: CrlState, schedule: CrlSchedule, now: Date): readonly CrlRefreshReason[] {
  const { latest, published, unlisted } = state;
  if (latest === undefined) return ['first'];
  const reasons: CrlRefreshReason[] = [];
  if (unlisted > 0) reasons.push('revoked');
  if (crlOnTurn(state, now) !== undefined) reasons.push('turn');
  else if (isOld(latest, state, schedule, now) && crlsToCome(state).length === 0) reasons.push('age');
  if (published?.sha256 !== latest.sha256) reasons.push('unpublished');
  return reasons;
}

/**
 * Whether somebody should fetch a key that is kept elsewhere: for its age alone not in the first half of the CRL's life, or a daily
 * run would ask for it every day.
 */
export function isPressing(
  { reasons, latest }: { readonly reasons: readonly CrlRefreshReason[]; readonly latest?: Crl | undefined },
  now: Date,
): boolean {
  if (latest === undefined || reasons.some(reason => reason !== 'age')) return true;
  return now.getTime() - latest.thisUpdate.getTime() >= latest.nextUpdate.getTime() - now.getTime();
}

/** Near the CA's own end a new CRL would not live longer than the old one: then age is no reason. */
function isOld(latest: Crl, state: CrlState, schedule: CrlSchedule, now: Date): boolean {
  return now >= crlOldAt(latest, schedule) && crlNextUpdate(state, schedule, now) > latest.nextUpdate;
}

/** When a CRL is old enough to be replaced; at its nextUpdate at the latest. */
export function crlOldAt(
  { thisUpdate, nextUpdate }: Pick<Crl, 'thisUpdate' | 'nextUpdate'>,
  { refreshAfter }: Pick<CrlSchedule, 'refreshAfter'>,
): Date {
  const lifetime = (nextUpdate.getTime() - thisUpdate.getTime()) / 1000;
  const old = thisUpdate.getTime() + thresholdOf(refreshAfter, lifetime) * 1000;
  return new Date(Math.min(old, nextUpdate.getTime()));
}

/**
 * Never beyond the CA's own notAfter: nextUpdate promises a CRL by then (RFC 5280 §5.1.2.5), and nobody can sign that one.
 */
export function crlNextUpdate(
  { tier, certificate }: Pick<CrlState, 'tier' | 'certificate'>,
  schedule: CrlSchedule,
  now: Date,
): Date {
  const lifetime = tier === 'root' ? schedule.rootLifetime : schedule.lifetime;
  return new Date(Math.min(now.getTime() + lifetime * 1000, certificate.notAfter.getTime()));
}

/** A little in the past, but not before the CA, nor before a revocation that the CRL lists (RFC 5280 §5.1.2.4). */
export function crlThisUpdate({ certificate, lastRevocation }: CrlState, now: Date): Date {
  const floor = Math.max(certificate.notBefore.getTime(), lastRevocation?.getTime() ?? 0);
  return new Date(Math.max(now.getTime() - BACKDATE * 1000, Math.min(floor, now.getTime())));
}

/** Number and dates of the CRL that would be signed now. */
export function nextCrlHeader(state: CrlState, schedule: CrlSchedule, now: Date) {
  return {
    number: nextCrlNumber(
      { stored: state.latest?.number, published: state.published?.number, voided: state.voidSeries?.number },
      now,
    ),
    thisUpdate: crlThisUpdate(state, now),
    nextUpdate: crlNextUpdate(state, schedule, now),
  };
}
