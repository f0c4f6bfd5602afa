// Decides whether a due certificate waits for its renewal window. The renewals of a window are spread over its first quarter.
// `issuance/rules/plan.ts` calls it for `renew`, `apply` and `tick`. A window never makes a certificate critical.
import { createHash } from 'node:crypto';
import { reachedAt, type Threshold } from '../../time/duration.ts';
import type { IssueReason } from './reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { RenewalWindow } from '../../record/upkeep.ts';
import { openingAt, openingBefore, openingTimes } from '../../service/rules/renewal-window.ts';

/** Effect of a closed window on a certificate that is due: it waits, or waiting would be too late. */
export type RenewalWait = { readonly until: Date } | { readonly tooLate: Date };

/** Reasons that may wait for a window: the current certificate still works. */
export const CAN_WAIT: ReadonlySet<IssueReason> = new Set(['expiring', 'issuer-changed', 'issuer-draining']);

type Waiting = Pick<Certificate, 'service' | 'notBefore' | 'notAfter'>;

/** Part of a window over which renewals are spread. The rest is for runs that are rare: the usual run is once an hour. */
const SPREAD = 1 / 4;

/**
 * Makes a function that decides whether a certificate waits. `critical` is the rest of a lifetime that `check` reports as critical: a
 * certificate is renewed before it. `dueAt`: its renewal time.
 */
export function renewalWaits(
  critical: Threshold,
  now: Date,
): (
  window: RenewalWindow,
  reason: IssueReason,
  certificate: Waiting,
  dueAt: Date | undefined,
) => RenewalWait | undefined {
  // many services share a window: compute each once
  const known = new Map<string, Opening>();
  const openingOf = (window: RenewalWindow): Opening => {
    const key = JSON.stringify(window);
    const found = known.get(key) ?? opening(window, now);
    known.set(key, found);
    return found;
  };
  return (window, reason, certificate, dueAt) => {
    if (!CAN_WAIT.has(reason)) return undefined;
    const { begin, before, spread } = openingOf(window);
    const last = lastMoment(certificate, critical);
    if (begin > now && begin > last) return { tooLate: begin };
    const own = new Date(begin.getTime() + Math.floor(spread * fraction(certificate.service, begin)) * 1000);
    // no run came at the right time in the window before
    const hasMissedOne = before !== undefined && dueAt !== undefined && dueAt <= before;
    const until = hasMissedOne || own > last ? begin : own;
    return until <= now ? undefined : { until };
  };
}

interface Opening {
  readonly begin: Date;
  readonly before: Date | undefined;
  /** Seconds after `begin` over which renewals are spread. */
  readonly spread: number;
}

function opening(window: RenewalWindow, now: Date): Opening {
  const times = openingTimes(window);
  const begin = openingAt(times, now);
  return { begin, before: openingBefore(times, begin), spread: window.duration * SPREAD };
}

/** Computes the last second at which `check` does not report a certificate as critical. */
const lastMoment = ({ notBefore, notAfter }: Waiting, critical: Threshold): Date =>
  new Date(reachedAt(critical, notBefore, notAfter).getTime() - 1000);

/** Derives a number from 0 (inclusive) to 1 (exclusive), evenly distributed and another one at each opening. */
const fraction = (service: string, begin: Date): number =>
  createHash('sha256').update(`${service}\n${begin.getTime()}`).digest().readUInt32BE() / 2 ** 32;
