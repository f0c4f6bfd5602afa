// Predicts the renewals of one service, the first run that refuses to renew it, and the expiry of its last certificate.
// `forecast.ts` calls it for every service. It is pure and takes the renewal time from `due`, as a real run does.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { ForecastEvent, Refusal } from './forecast-event.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import type { Runs } from '../../time/runs.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { leafEnd } from '../../policy/rules/decide-spec.ts';
import type { ServiceRow } from '../../record/service.ts';

export interface CertificateFuture {
  readonly events: readonly ForecastEvent[];
  /** Of its last certificate: who signed it, and its end; absent when it has none. */
  readonly authorityId?: string;
  readonly end: Date;
}

/** Follows one service from renewal to renewal; once it is refused it stays refused, and its certificate runs out. */
export function certificateFuture(
  { service, certificate }: ServiceRow,
  issuer: CertifiedAuthority | undefined,
  active: ReadonlySet<string>,
  { leaf, renewal: defaults }: Pick<Policy, 'leaf' | 'renewal'>,
  runs: Runs,
): CertificateFuture {
  if (certificate?.state !== 'current') return { events: [], end: runs.now };
  const about = { kind: 'service', subject: service.name } as const;
  const events: ForecastEvent[] = [];
  const { ttl } = service.spec;
  const { threshold } = renewalOf(service, defaults);
  let { authorityId, notBefore, notAfter: end } = certificate;
  let previous: Date | undefined;
  for (;;) {
    // one that ends with its issuer gains nothing from being made again
    const isLast = issuer !== undefined && active.has(authorityId) && end >= issuer.certificate.notAfter;
    const due = active.has(authorityId)
      ? renewalTime({ service: service.name, notBefore, notAfter: end }, threshold)
      : runs.now;
    const run = isLast ? undefined : runs.next(due, previous);
    const renewal = run && renew(issuer, certificate.keySource, ttl, leaf, run);
    const lapsed: ForecastEvent = { ...about, name: 'certificate-expired', at: end };
    if (run === undefined || renewal === undefined) return { events: [...events, lapsed], authorityId, end };
    if ('refusal' in renewal) {
      const refused: ForecastEvent = { ...about, name: 'renewal-refused', at: run, ...renewal };
      return { events: [...events, refused, { ...lapsed, ...renewal }], authorityId, end };
    }
    // one that is late is late every time: the first says it
    if (end < run && !events.some(({ name }) => name === 'certificate-expired')) {
      events.push({ ...lapsed, mendedAt: run });
    }
    if (run >= runs.until) return { events, authorityId, end };
    previous = run;
    ({ authorityId, notBefore, end } = renewal);
  }
}

function renew(
  issuer: CertifiedAuthority | undefined,
  keySource: 'generated' | 'csr' | 'file',
  ttl: number,
  leaf: Policy['leaf'],
  run: Date,
): { readonly refusal: Refusal } | { readonly authorityId: string; readonly notBefore: Date; readonly end: Date } {
  if (issuer === undefined || issuer.certificate.notAfter < run) return { refusal: 'no-issuer' };
  if (issuer.keyLocation !== 'file') return { refusal: 'issuer-key-away' };
  if (keySource === 'csr') return { refusal: 'csr' };
  const end = leafEnd(ttl, lifeOf(issuer), leaf.notAfterPolicy, run);
  if ('refusal' in end) return end;
  return {
    authorityId: issuer.id,
    notBefore: new Date(run.getTime() - leaf.backdate * 1000),
    end: end.notAfter,
  };
}
