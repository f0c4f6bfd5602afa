import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkManifest } from '../../../src/monitoring/rules/check.ts';
import { forecast, type ForecastInput } from '../../../src/monitoring/rules/forecast.ts';
import type { Authority } from '../../../src/record/authority.ts';
import { defaultPolicy, type Policy } from '../../../src/policy/rules/policy.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { describeForecast } from '../../../src/monitoring/view/forecast-event.ts';
import { at, authorityRow, crlRow, serviceRow } from '../../support/pki/rows.ts';

const DAY = 86_400;
const POLICY = defaultPolicy(parseTrustDomain('example.org'));
const now = at('2026-11-21');
const after = (days: number): Date => new Date(now.getTime() + days * DAY * 1000);

const certificate = (changes: Partial<NonNullable<Authority['certificate']>> = {}) => ({
  ...authorityRow().authority.certificate!,
  ...changes,
});
const root = (changes: Partial<Authority> = {}) =>
  authorityRow(
    {
      ...{ id: 'root-g1', tier: 'root' },
      certificate: certificate({ issuerId: 'root-g1', notAfter: at('2036-11-01') }),
      ...changes,
    },
    crlRow({ authorityId: 'root-g1', nextUpdate: at('2027-02-18') }),
  );

/** Lists the events as `days name subject`, with `+d` if a run renews d days later. */
function foresee(input: Partial<ForecastInput>, days: number, everyDays = 1, policy: Policy = POLICY) {
  const times = { now, until: after(days), everySeconds: everyDays * DAY };
  const { keepsRunning, stopsToday } = forecast({ services: [], authorities: [], ...input }, policy, times);
  const daysFrom = (from: Date, to: Date) => (to.getTime() - from.getTime()) / DAY / 1000;
  const told = (events: typeof keepsRunning) =>
    events.map(event => {
      const repaired = event.repairedAt ? ` +${daysFrom(event.at, event.repairedAt)}` : '';
      return `${daysFrom(now, event.at)} ${event.name} ${event.subject}${repaired}`;
    });
  return { keeps: told(keepsRunning), stops: told(stopsToday), keepsRunning, stopsToday };
}

describe('a daily run', () => {
  test('keeps certificates and CRLs valid; without it they expire one after the other', () => {
    const { keeps, stops } = foresee({ services: [serviceRow({})], authorities: [root(), authorityRow()] }, 100);
    expect(keeps).toEqual([]);
    expect(stops).toEqual(['10 certificate-expired payments', '13 crl-stale issuing-g1', '89 crl-stale root-g1']);
  });

  test('creates no CA: renewals are refused, then the certificates and the CA expire', () => {
    const authorities = [authorityRow({ certificate: certificate({ notAfter: after(40), notBefore: after(-300) }) })];
    const { keeps, keepsRunning } = foresee({ services: [serviceRow({})], authorities }, 100);
    expect(keeps).toEqual([
      '21 renewal-refused payments',
      '31 certificate-expired payments',
      '40 ca-expired issuing-g1',
    ]);
    expect(keepsRunning[0]!.refusal).toBe('outlives-issuer');
    expect(keepsRunning.at(-1)!.services).toBe(0);
  });

  test('ends certificates with their CA if the policy says truncate', () => {
    const authorities = [authorityRow({ certificate: certificate({ notAfter: after(40), notBefore: after(-300) }) })];
    const policy: Policy = { ...POLICY, leaf: { ...POLICY.leaf, notAfterPolicy: 'truncate' } };
    const { keeps, keepsRunning } = foresee({ services: [serviceRow({})], authorities }, 100, 1, policy);
    expect(keeps).toEqual(['40 ca-expired issuing-g1', '40 certificate-expired payments']);
    expect(keepsRunning[0]!.services).toBe(1);
  });

  test.for<[string, Partial<Authority>, Parameters<typeof serviceRow>[0]]>([
    ['csr', {}, { keySource: 'csr' }],
    ['issuer-key-away', { keyLocation: 'offline' }, {}],
    ['no-issuer', { state: 'draining' }, {}],
    ['ttl-share', { certificate: certificate({ notAfter: at('2027-02-01') }) }, {}],
  ])('cannot renew: %s', ([refusal, authority, leaf]) => {
    const { keepsRunning } = foresee({ services: [serviceRow(leaf)], authorities: [authorityRow(authority)] }, 12);
    expect(keepsRunning.filter(({ kind }) => kind === 'service')).toMatchObject([
      { name: 'renewal-refused', at: after(1), refusal },
      { name: 'certificate-expired', at: after(10), refusal },
    ]);
  });

  test('does not sign the CRL of a CA whose key is not in the home', () => {
    const authorities = [root({ keyLocation: 'offline' }), authorityRow()];
    expect(foresee({ services: [serviceRow({})], authorities }, 100).keeps).toEqual(['89 crl-stale root-g1']);
  });

  test('publishes presigned CRLs, and cannot sign when they have expired', () => {
    const slot = (number: bigint, from: number) =>
      crlRow({ authorityId: 'root-g1', number, thisUpdate: after(from), nextUpdate: after(from + 90) });
    const series = [slot(1n, 0), slot(2n, 30), slot(3n, 60)];
    const authorities = [{ ...root({ keyLocation: 'offline' }), crl: series[0]!, series }];
    expect(foresee({ authorities }, 400).keeps).toEqual(['150 crl-stale root-g1']);
    expect(foresee({ authorities }, 400).stops).toEqual(['90 crl-stale root-g1']);
    expect(foresee({ authorities }, 400, 100).keeps).toEqual(['90 crl-stale root-g1 +10', '150 crl-stale root-g1']);
  });
});

test('with two active issuing CAs, leaves of the older one are renewed when due, by the newer one', () => {
  const refusedWhen = (state: Authority['state']) => {
    const older = authorityRow({ state, certificate: certificate({ notBefore: after(-300), notAfter: after(60) }) });
    const newer = authorityRow({ id: 'issuing-g2', generation: 2, keyLocation: 'offline' });
    const services = [serviceRow({ notBefore: after(-1), notAfter: after(29) })];
    return foresee({ services, authorities: [older, newer] }, 40).keeps.filter(isLeaf);
  };
  expect(refusedWhen('active')).toEqual(['19 renewal-refused payments', '29 certificate-expired payments']);
  expect(refusedWhen('draining')).toEqual(['1 renewal-refused payments', '29 certificate-expired payments']);
});

describe('a run that comes too late', () => {
  test('leaves a gap until it runs, reported once', () => {
    const { keeps } = foresee({ services: [serviceRow({})], authorities: [authorityRow()] }, 100, 20);
    expect(keeps).toEqual(['10 certificate-expired payments +10', '13 crl-stale issuing-g1 +7']);
  });

  test('renews certificates and CRLs that have expired', () => {
    const services = [serviceRow({ notAfter: after(-2) })];
    const { keeps, stops } = foresee({ services, authorities: [authorityRow({}, null)] }, 10);
    expect(keeps).toEqual(['-2 certificate-expired payments +3', '0 crl-missing issuing-g1 +1']);
    expect(stops).toEqual(['-2 certificate-expired payments', '0 crl-missing issuing-g1']);
  });
});

test('without further runs, a certificate issued from a CSR is remedied by a new CSR', () => {
  const services = [serviceRow({ keySource: 'csr' })];
  const { stopsToday } = foresee({ services, authorities: [authorityRow()] }, 12);
  expect(stopsToday.map(event => describeForecast(event, now))).toEqual([
    { message: 'certificate expires', remedy: 'svcauth issue payments --csr FILE' },
  ]);
});

test('a root counts the services below it whose certificates are still valid', () => {
  const services = [serviceRow({}), serviceRow({ service: 'ledger', notAfter: after(1) })];
  const authorities = [root({ certificate: certificate({ issuerId: 'root-g1', notAfter: after(5) }) }), authorityRow()];
  const ended = foresee({ services, authorities }, 9).stopsToday.find(({ name }) => name === 'ca-expired');
  expect(ended).toMatchObject({ subject: 'root-g1', services: 1 });
});

test('runs within the slack of the renewal time never let a certificate expire', () => {
  const spans = fc.record({
    ttlDays: fc.integer({ min: 1, max: 60 }),
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(spans, ({ ttlDays, share }) => {
      // a third is left at the renewal time, of a lifetime that began a minute earlier
      const everyDays = Math.floor(share * ((ttlDays * DAY) / 3 - 120)) / DAY;
      const row = serviceRow({ notBefore: now, notAfter: after(ttlDays) });
      const services = [{ ...row, service: { ...row.service, spec: { ...row.service.spec, ttl: ttlDays * DAY } } }];
      expect(foresee({ services, authorities: [authorityRow()] }, 280, everyDays).keeps.filter(isLeaf)).toEqual([]);
    }),
  );
});
const isLeaf = (told: string): boolean => told.endsWith('payments');

describe('if it stops today', () => {
  const instant = fc
    .integer({ min: -40 * DAY, max: 400 * DAY })
    .map(seconds => new Date(now.getTime() + seconds * 1000));
  const past = fc.integer({ min: 41 * DAY, max: 500 * DAY }).map(seconds => new Date(now.getTime() - seconds * 1000));
  const state = fc.constantFrom('active', 'draining', 'retired', 'prepared', 'tainted');
  const leaf = fc.record({ notBefore: past, notAfter: instant, state: fc.constantFrom('current', 'revoked') });
  const crl = fc.option(fc.record({ thisUpdate: past, nextUpdate: instant }));
  const ca = fc.record({ state, notBefore: past, notAfter: instant, crl });
  const manifest = fc.record({ leaves: fc.array(leaf, { maxLength: 4 }), cas: fc.array(ca, { maxLength: 3 }) });

  test('every event is a time at which the result of check changes, and there are no others', () => {
    fc.assert(
      fc.property(manifest, ({ leaves, cas }) => {
        const input = {
          services: leaves.map((each, n) => serviceRow({ ...each, service: `s${n}` })),
          authorities: cas.map((each, n) =>
            authorityRow(
              { id: `ca-g${n}`, state: each.state as Authority['state'], certificate: certificate(each) },
              each.crl && crlRow(each.crl),
            ),
          ),
        };
        const draining = new Set(cas.flatMap(({ state }, n) => (state === 'draining' ? [`ca-g${n}`] : [])));
        const broken = (time: number) =>
          checkManifest({ ...input, intents: [] }, POLICY.check, new Date(time))
            .filter(({ name }) => /-(expired|stale|missing)$/.test(name))
            .map(({ name, subject, deadline }) => `${name} ${subject} ${deadline?.toISOString() ?? ''}`);
        const until = after(500);
        const { stopsToday } = forecast(input, POLICY, { now, until, everySeconds: DAY });
        for (const { name, subject, at: date } of stopsToday.filter(event => event.name !== 'crl-missing')) {
          const told = `${name} ${subject} ${date.toISOString()}`;
          const before = checkManifest({ ...input, intents: [] }, POLICY.check, new Date(date.getTime() - 1000));
          expect(broken(date.getTime() - 1000)).not.toContain(told);
          expect(broken(date.getTime() + 1000)).toContain(told);
          // a CA that has a successor may end
          if (name === 'ca-expired' && draining.has(subject)) continue;
          expect(before).toContainEqual(expect.objectContaining({ subject, severity: 'critical', deadline: date }));
        }
        const left = broken(until.getTime());
        const foretold = stopsToday.map(({ name, subject, at: date }) => `${name} ${subject} ${date.toISOString()}`);
        expect(left.filter(each => !foretold.includes(each))).toEqual([]);
      }),
    );
  });
});
