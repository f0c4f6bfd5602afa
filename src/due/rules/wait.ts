import { reachedAt, type Threshold } from '../../time/duration.ts';
import type { IssueReason } from './reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { RenewalWindow } from '../../record/upkeep.ts';
import { nextOpen, openingTimes } from '../../service/rules/renewal-window.ts';

/** What a closed window makes of a certificate that is due: it waits for it, or that would be too late. */
export type RenewalWait = { readonly until: Date } | { readonly tooLate: Date };

/** These do no harm while a window is closed: the certificate there is works. */
export const CAN_WAIT: ReadonlySet<IssueReason> = new Set(['expiring', 'issuer-changed', 'issuer-draining']);

type Dates = Pick<Certificate, 'notBefore' | 'notAfter'>;

/** `critical`: what is left of a lifetime when `check` calls it that. No window makes a certificate wait so long. */
export function renewalWaits(
  critical: Threshold,
  now: Date,
): (window: RenewalWindow, reason: IssueReason, certificate: Dates) => RenewalWait | undefined {
  // the many services of one window ask once
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

/** The last second at which `check` does not yet call a certificate critical. */
const lastMoment = ({ notBefore, notAfter }: Dates, critical: Threshold): Date =>
  new Date(reachedAt(critical, notBefore, notAfter).getTime() - 1000);
