import { reachedAt, type Threshold } from '../../time/duration.ts';
import type { IssueReason } from './reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { RenewalWindow } from '../../record/upkeep.ts';
import { nextOpen, openingTimes } from '../../service/rules/renewal-window.ts';

/** Effect of a closed window on a certificate that is due: it waits, or waiting would be too late. */
export type RenewalWait = { readonly until: Date } | { readonly tooLate: Date };

/** Reasons that may wait for a window: the current certificate still works. */
export const CAN_WAIT: ReadonlySet<IssueReason> = new Set(['expiring', 'issuer-changed', 'issuer-draining']);

type Dates = Pick<Certificate, 'notBefore' | 'notAfter'>;

/**
 * Makes a function that decides whether a certificate waits. `critical` is the rest of a lifetime that `check` reports as critical: a
 * certificate is renewed before it.
 */
export function renewalWaits(
  critical: Threshold,
  now: Date,
): (window: RenewalWindow, reason: IssueReason, certificate: Dates) => RenewalWait | undefined {
  // many services share a window: compute each once
  const known = new Map<string, Date>();
  const opening = (window: RenewalWindow): Date => {
    const key = JSON.stringify(window);
    const found = known.get(key) ?? nextOpen(openingTimes(window), now);
    known.set(key, found);
    return found;
  };
  return (window, reason, certificate) => {
    if (!CAN_WAIT.has(reason)) return undefined;
    const until = opening(window);
    if (until <= now) return undefined;
    return until <= lastMoment(certificate, critical) ? { until } : { tooLate: until };
  };
}

/** Computes the last second at which `check` does not report a certificate as critical. */
const lastMoment = ({ notBefore, notAfter }: Dates, critical: Threshold): Date =>
  new Date(reachedAt(critical, notBefore, notAfter).getTime() - 1000);
