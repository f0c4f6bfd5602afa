// Forecasts when the CRLs of a CA are signed or released, and when they expire if nothing signs them.
// `forecast.ts` calls it for each CA. It is pure: the schedule and the time come in.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlOnTurn, crlsToCome, turnOf } from '../../crl/rules/series.ts';
import { crlNextUpdate, crlOldAt, crlThisUpdate, type CrlSchedule } from '../../crl/rules/schedule.ts';
import type { ForecastEvent } from './forecast-event.ts';
import type { Crl } from '../../record/crl.ts';
import type { Runs } from '../../time/runs.ts';

type CrlEvent = Pick<ForecastEvent, 'name' | 'at' | 'repairedAt'>;

/** Follows the CRL of one CA from refresh to refresh until the CA expires; no verifier needs it after that. */
export function crlFuture(
  authority: CertifiedAuthority,
  crl: Crl | undefined,
  schedule: CrlSchedule,
  runs: Runs,
  series: readonly Crl[] = [],
): readonly CrlEvent[] {
  const { tier, certificate, keyLocation } = authority;
  if (certificate.notAfter < runs.now) return [];
  const events: CrlEvent[] = [];
  let span: Pick<Crl, 'thisUpdate' | 'nextUpdate'> | undefined = crl;
  let previous: Date | undefined;
  let ahead = crlsToCome({ latest: crl, series });
  for (;;) {
    const isFuture = span !== undefined && previous === undefined && span.thisUpdate > runs.now;
    // signing a CRL that expires with its CA again would not extend it
    if (span !== undefined && span.nextUpdate >= certificate.notAfter && !isFuture) return events;
    const broken: CrlEvent =
      span === undefined
        ? { name: 'crl-missing', at: runs.now }
        : isFuture
          ? { name: 'crl-not-yet-valid', at: runs.now }
          : { name: 'crl-stale', at: span.nextUpdate };
    // a run can release a presigned CRL without a key; it cannot sign with a key that is not in the home
    const signing = keyLocation !== 'file' ? undefined : isFuture ? runs.now : dueAt(span, tier, schedule, runs.now);
    const due =
      isFuture && crlOnTurn({ latest: crl, series }, runs.now) !== undefined
        ? runs.now
        : ahead[0] === undefined
          ? signing
          : turnOf(ahead[0], ahead[0] === series[0]);
    const run = due && runs.next(due, previous);
    if (run === undefined || run > certificate.notAfter) return [...events, broken];
    // later refreshes are late too: only the first is an event
    if (broken.at <= run && events.length === 0) events.push({ ...broken, repairedAt: run });
    if (run >= runs.until) return events;
    previous = run;
    const released = crlOnTurn({ series: ahead }, run);
    ahead = ahead.slice(released === undefined ? 0 : ahead.indexOf(released) + 1);
    span = released ?? {
      thisUpdate: crlThisUpdate({ certificate }, run),
      nextUpdate: crlNextUpdate({ tier, certificate }, schedule, run),
    };
  }
}

/** Computes when a CRL is due as `crlRefreshReasons` does: at a certain age, if its successor expires later. */
function dueAt(
  span: Pick<Crl, 'thisUpdate' | 'nextUpdate'> | undefined,
  tier: CertifiedAuthority['tier'],
  schedule: CrlSchedule,
  now: Date,
): Date {
  if (span === undefined) return now;
  const lifetime = tier === 'root' ? schedule.rootLifetime : schedule.lifetime;
  const longer = span.nextUpdate.getTime() - lifetime * 1000 + 1000;
  return new Date(Math.max(crlOldAt(span, schedule).getTime(), longer));
}
