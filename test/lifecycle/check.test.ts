import { describe, expect, test } from 'vitest';
import { checkManifest, type CheckInput } from '../../src/lifecycle/check.ts';
import type { CheckThresholds } from '../../src/lifecycle/check-thresholds.ts';
import { parseThreshold } from '../../src/lifecycle/duration.ts';
import { at, authorityRow, certificateRow, crlRow, serviceRow } from '../support/rows.ts';

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
    const findings = checkManifest(
      { ...nothing, services: [serviceRow({})], authorities: [authority] },
      thresholds,
      at('2026-11-02'),
    );
    expect(findings).toMatchObject([{ name: 'issuer-outlived', subject: 'payments', deadline: at('2026-11-25') }]);
  });

  test('that was not delivered is a warning', () => {
    const delivery = {
      service: 'payments',
      serial: '4f',
      directory: '/x',
      state: 'pending',
      updatedAt: at('2026-11-01'),
    } as const;
    expect(check({ services: [serviceRow({}, { delivery })] }, '2026-11-02')).toEqual([
      'warning delivery-pending payments',
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

test('the worst comes first, then what ends soonest', () => {
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
