import { describe, expect, test } from 'vitest';
import { checkManifest, type CheckInput } from '../../../src/monitoring/rules/check.ts';
import type { CheckThresholds } from '../../../src/monitoring/rules/thresholds.ts';
import { parseThreshold } from '../../../src/time/duration.ts';
import { at, authorityRow, certificateRow, crlRow, serviceRow } from '../../support/pki/rows.ts';

const thresholds: CheckThresholds = {
  leafWarning: parseThreshold('25%'),
  leafCritical: parseThreshold('1d'),
  caWarning: parseThreshold('60d'),
  caCritical: parseThreshold('30d'),
  crlWarning: parseThreshold('50%'),
  crlCritical: parseThreshold('25%'),
};

const nothing: CheckInput = { services: [], intents: [], authorities: [] };

/** `severity name subject` of each finding. */
const check = (input: Partial<CheckInput>, now: string): string[] =>
  checkManifest({ ...nothing, ...input }, thresholds, at(now)).map(f => `${f.severity} ${f.name} ${f.subject}`);

describe('a certificate of thirty days', () => {
  test.for<[string, string[]]>([
    ['2026-11-23T11:59:59Z', []],
    ['2026-11-23T12:00:00Z', ['warning certificate-expiring payments']],
    ['2026-11-29T23:59:59Z', ['warning certificate-expiring payments']],
    ['2026-11-30T00:00:00Z', ['critical certificate-expiring payments']],
    ['2026-12-01T00:00:00Z', ['critical certificate-expiring payments']],
    ['2026-12-01T00:00:01Z', ['critical certificate-expired payments']],
  ])('is at %s %j', ([now, findings]) => {
    expect(check({ services: [serviceRow({})] }, now)).toEqual(findings);
  });

  test('that is superseded, revoked or not there is no finding', () => {
    const services = [serviceRow(), serviceRow({ state: 'revoked' }), serviceRow({ state: 'superseded' })];
    expect(check({ services }, '2027-01-01')).toEqual([]);
  });

  test('that outlives its issuer dies with it', () => {
    const authority = authorityRow({
      certificate: { ...authorityRow().authority.certificate!, notAfter: at('2026-11-25') },
    });
    const row = { ...authority, crl: crlRow({ thisUpdate: at('2026-11-01') }) };
    const findings = checkManifest(
      { ...nothing, services: [serviceRow({})], authorities: [row] },
      thresholds,
      at('2026-11-02'),
    );
    expect(findings).toMatchObject([{ name: 'issuer-outlived', subject: 'payments', deadline: at('2026-11-25') }]);
  });

  test('that was not deployed is a warning', () => {
    const deployment = {
      service: 'payments',
      serial: '4f',
      directory: '/x',
      state: 'pending',
      updatedAt: at('2026-11-01'),
    } as const;
    expect(check({ services: [serviceRow({}, { deployment })] }, '2026-11-02')).toEqual([
      'warning deployment-pending payments',
    ]);
  });
});

describe('an intent', () => {
  test.for<[string, string[]]>([
    ['2026-11-01T00:09:59Z', []],
    ['2026-11-01T00:10:00Z', ['warning intent-unfinished payments']],
    ['2026-12-01T00:00:01Z', []],
  ])('of 1 November is at %s %j', ([now, findings]) => {
    expect(check({ intents: [certificateRow({ state: 'intent' })] }, now)).toEqual(findings);
  });
});

describe('a CA of one year', () => {
  const authorities = [authorityRow({}, crlRow({ nextUpdate: at('2030-01-01') }))];

  test.for<[string, string[]]>([
    ['2027-09-01T23:59:59Z', []],
    ['2027-09-02T00:00:00Z', ['warning ca-expiring issuing-g1']],
    ['2027-10-02T00:00:00Z', ['critical ca-expiring issuing-g1']],
    ['2027-11-01T00:00:01Z', ['critical ca-expired issuing-g1']],
  ])('is at %s %j', ([now, findings]) => {
    expect(check({ authorities }, now)).toEqual(findings);
  });

  test('that a successor has replaced may end, and is to be retired then', () => {
    const draining = [authorityRow({ state: 'draining' }, crlRow({ nextUpdate: at('2030-01-01') }))];
    expect(check({ authorities: draining }, '2027-10-31')).toEqual([]);
    expect(check({ authorities: draining }, '2027-11-02')).toEqual(['warning ca-expired issuing-g1']);
  });

  test('of thirty days is not in its last days from its first', () => {
    const short = { ...authorityRow().authority.certificate!, notAfter: at('2026-12-01') };
    const input = { authorities: [authorityRow({ certificate: short })] };
    expect(check(input, '2026-11-20T23:00:00Z')).toEqual([]);
    expect(check(input, '2026-11-21')).toEqual(['warning ca-expiring issuing-g1']);
    expect(check(input, '2026-11-26')).toContain('critical ca-expiring issuing-g1');
  });

  test('needs nothing more when it is retired', () => {
    expect(check({ authorities: [authorityRow({ state: 'retired' }, null)] }, '2027-09-02')).toEqual([]);
  });
});

describe('a CRL of fourteen days', () => {
  test.for<[string, string[]]>([
    ['2026-11-26T23:59:59Z', []],
    ['2026-11-27T00:00:00Z', ['warning crl-expiring issuing-g1']],
    ['2026-11-30T12:00:00Z', ['critical crl-expiring issuing-g1']],
    ['2026-12-04T00:00:00Z', ['critical crl-stale issuing-g1']],
  ])('is at %s %j', ([now, findings]) => {
    expect(check({ authorities: [authorityRow()] }, now)).toEqual(findings);
  });

  test('that is missing is critical at once', () => {
    expect(check({ authorities: [authorityRow({}, null)] }, '2026-11-02')).toEqual(['critical crl-missing issuing-g1']);
  });
});

describe('a series of CRLs that was signed ahead', () => {
  const ca = { id: 'root-g1', tier: 'root', keyLocation: 'offline' } as const;
  const slot = (number: bigint, from: string, until: string) =>
    crlRow({ authorityId: 'root-g1', number, thisUpdate: at(from), nextUpdate: at(until), sha256: number.toString() });
  const series = [slot(1n, '2026-11-01', '2027-01-30'), slot(2n, '2026-12-01', '2027-03-01')];
  const row = (out: number, changes: Partial<CheckInput['authorities'][number]> = {}) => ({
    ...authorityRow(ca, series[out]),
    series: series.slice(out),
    ...changes,
  });
  const checkSeries = (out: number, now: string) =>
    check({ authorities: [row(out)] }, now).filter(finding => !finding.includes('ca-expiring'));

  test('a missing key causes no finding while presigned CRLs remain', () => {
    expect(checkSeries(0, '2026-11-30')).toEqual([]);
    expect(checkSeries(0, '2026-12-01T12:00:00Z')).toEqual([]);
  });

  test('a CA whose next CRL is not published yet is judged by the published CRL', () => {
    expect(checkSeries(0, '2026-12-03')).toEqual([]);
    expect(checkSeries(0, '2026-12-20')).toEqual(['warning crl-expiring root-g1']);
    const [finding] = checkManifest({ ...nothing, authorities: [row(0)] }, thresholds, at('2027-02-01'));
    expect(finding).toMatchObject({ name: 'crl-stale', keyLocation: 'file' });
  });

  test.for<[string, string[]]>([
    ['2026-12-30', []],
    ['2026-12-31', ['warning crl-series-ending root-g1']],
    ['2027-01-30', ['critical crl-series-ending root-g1']],
    ['2027-03-01', ['critical crl-stale root-g1']],
  ])('a CA with its last CRL published has at %s the findings %j', ([now, findings]) => {
    expect(checkSeries(1, now)).toEqual(findings);
  });

  test('is forgotten when a later CRL was signed by hand', () => {
    const crl = slot(3n, '2026-12-10', '2027-03-10');
    expect(check({ authorities: [row(1, { crl })] }, '2027-01-26')).toContain('warning crl-expiring root-g1');
  });
});

test('critical findings come first, then the earliest deadline', () => {
  const services = [
    serviceRow({ service: 'later', notAfter: at('2026-12-02') }),
    serviceRow({ service: 'sooner' }),
    serviceRow({ service: 'gone', notAfter: at('2026-11-20') }),
  ];
  expect(check({ services, authorities: [authorityRow({}, null)] }, '2026-11-29')).toEqual([
    'critical certificate-expired gone',
    'critical crl-missing issuing-g1',
    'warning certificate-expiring sooner',
    'warning certificate-expiring later',
  ]);
});
