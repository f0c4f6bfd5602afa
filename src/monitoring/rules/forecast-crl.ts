import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlOnTurn, crlsToCome, turnOf } from '../../crl/rules/series.ts';
import { crlNextUpdate, crlOldAt, crlThisUpdate, type CrlSchedule } from '../../crl/rules/schedule.ts';
import type { ForecastEvent } from './forecast-event.ts';
import type { Crl } from '../../record/crl.ts';
import type { Runs } from '../../time/runs.ts';

type CrlEvent = Pick<ForecastEvent, 'name' | 'at' | 'mendedAt'>;

/** Follows the CRL of one CA from refresh to refresh, up to the end of the CA, after which nobody asks for it. */
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
    // one that ends with its CA gains nothing from being made again
    if (span !== undefined && span.nextUpdate >= certificate.notAfter) return events;
    const broken: CrlEvent =
      span === undefined ? { name: 'crl-missing', at: runs.now } : { name: 'crl-stale', at: span.nextUpdate };
    // one that was signed ahead takes a run; a key that is elsewhere takes somebody who brings it
    const signing = keyLocation === 'file' ? dueAt(span, tier, schedule, runs.now) : undefined;
    const due = ahead[0] === undefined ? signing : turnOf(ahead[0], ahead[0] === series[0]);
    const run = due && runs.next(due, previous);
    if (run === undefined || run > certificate.notAfter) return [...events, broken];
    // one that is late is late every time: the first says it
    if (broken.at <= run && events.length === 0) events.push({ ...broken, mendedAt: run });
    if (run >= runs.until) return events;
    previous = run;
    const released = crlOnTurn({ series: ahead }, run);
    ahead = ahead.slice(released === undefined ? 0 : ahead.indexOf(released) + 1);
    span = released ?? {
      thisUpdate: crlThisUpdate({ tier, certificate, unlisted: 0 }, run),
      nextUpdate: crlNextUpdate({ tier, certificate }, schedule, run),
    };
  }
}

/** As `crlRefreshReasons` has it: at a certain age, if the next one lives longer. */
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
