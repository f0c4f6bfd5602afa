// Predicts the renewals of one service, the first renewal that is refused, and the expiry of its last certificate.
// `forecast.ts` calls it for every service. It is pure and takes the renewal time from `due`, as a real run does.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { ForecastEvent } from './forecast-event.ts';
import type { Certificate } from '../../record/certificate.ts';
import { renewalResult, type Refusal } from '../../renewal/rules/refusal.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import type { Runs } from '../../time/runs.ts';
import type { ServiceRow } from '../../record/service.ts';

export interface CertificateFuture {
  readonly events: readonly ForecastEvent[];
  /** Issuing CA of the last certificate; absent if the service has none. */
  readonly authorityId?: string;
  /** notAfter of the last certificate. */
  readonly end: Date;
}

/** The CAs that issue, now and after the planned rotations. */
export interface IssuingCas {
  /** Ids of the CAs whose certificates are kept, planned ones included. */
  readonly active: ReadonlySet<string>;
  /** Returns the CA that issues at a run. */
  issuerAt(run: Date): CertifiedAuthority | undefined;
  /** Returns the run that makes every certificate of a CA due; undefined if none does. */
  drainOf(ca: string): Date | undefined;
}

const soonest = (a: Date, b: Date | undefined): Date => (b === undefined || a < b ? a : b);

/** Follows one service from renewal to renewal. The first renewal that is refused is the last: its certificate expires. */
export function certificateFuture(
  { service, certificate }: ServiceRow,
  cas: IssuingCas,
  { leaf, renewal: defaults }: Pick<Policy, 'leaf' | 'renewal'>,
  runs: Runs,
): CertificateFuture {
  if (certificate?.state !== 'current') return { events: [], end: runs.now };
  const { keySource } = certificate;
  const about = {
    ...({ kind: 'service', subject: service.name } as const),
    ...(keySource === 'csr' && { keySource }),
  };
  const events: ForecastEvent[] = [];
  const { ttl } = service.spec;
  const { threshold } = renewalOf(service, defaults);
  let { authorityId, notBefore, notAfter: end } = certificate;
  let previous: Date | undefined;
  for (;;) {
    const isActive = cas.active.has(authorityId);
    const isFuture = notBefore > runs.now && previous === undefined;
    const due =
      isActive && !isFuture
        ? soonest(renewalTime({ service: service.name, notBefore, notAfter: end }, threshold), cas.drainOf(authorityId))
        : runs.now;
    const next = runs.next(due, previous);
    const issuer = cas.issuerAt(next ?? runs.now);
    // renewing a certificate that expires with its CA would not extend it
    const isLast = issuer !== undefined && isActive && end >= issuer.certificate.notAfter;
    const run = isLast && !isFuture ? undefined : next;
    const renewal = run && renew(issuer, keySource, ttl, leaf, run);
    const expired: ForecastEvent = { ...about, name: 'certificate-expired', at: end };
    if (isFuture) events.push(futureEvent(about, runs.now, run, renewal));
    if (run === undefined || renewal === undefined) return { events: [...events, expired], authorityId, end };
    if ('refusal' in renewal) {
      const refused: ForecastEvent = { ...about, name: 'renewal-refused', at: run, ...renewal };
      return { events: [...events, refused, { ...expired, ...renewal }], authorityId, end };
    }
    // later renewals are late too: only the first is an event
    if (end < run && !events.some(({ name }) => name === 'certificate-expired')) {
      events.push({ ...expired, repairedAt: run });
    }
    if (run >= runs.until) return { events, authorityId, end };
    previous = run;
    ({ authorityId, notBefore, end } = renewal);
  }
}

/** Makes the event of a certificate that begins in the future. A verifier rejects it until the run that renews it. */
const futureEvent = (
  about: Pick<ForecastEvent, 'kind' | 'subject' | 'keySource'>,
  now: Date,
  run: Date | undefined,
  renewal: ReturnType<typeof renew> | undefined,
): ForecastEvent => ({
  ...about,
  name: 'certificate-not-yet-valid',
  at: now,
  ...(renewal !== undefined && 'refusal' in renewal && { refusal: renewal.refusal }),
  ...(run !== undefined && renewal !== undefined && !('refusal' in renewal) && { repairedAt: run }),
});

function renew(
  issuer: CertifiedAuthority | undefined,
  keySource: Certificate['keySource'],
  ttl: number,
  leaf: Policy['leaf'],
  run: Date,
): { readonly refusal: Refusal } | { readonly authorityId: string; readonly notBefore: Date; readonly end: Date } {
  const result = renewalResult({ keySource, ttl }, issuer, leaf, run);
  if ('refusal' in result) return result;
  return {
    authorityId: issuer!.id,
    notBefore: new Date(run.getTime() - leaf.backdate * 1000),
    end: result.notAfter,
  };
}
