import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../../src/record/certificate.ts';
import {
  parseCertificateSelector,
  planRevoke,
  type CertificateIndex,
  type RevokeRequest,
} from '../../../src/crl/rules/plan-revoke.ts';
import { errorOf } from '../../support/errors.ts';
import { at, authorityRow, certificateRow, serviceRow } from '../../support/pki/rows.ts';

const now = at('2026-11-20');
const [OLDEST, OLDER, CURRENT] = ['aa', 'ab', 'cc'].map(octet => octet.repeat(16)) as [string, string, string];

const certificates = [
  certificateRow({ serial: CURRENT }),
  certificateRow({ serial: OLDER, state: 'superseded' }),
  certificateRow({ serial: OLDEST, state: 'superseded' }),
];

/** Newest first, as a manifest answers. */
function indexOf(rows: readonly Certificate[] = certificates): CertificateIndex {
  const known = [...new Set(rows.map(({ service }) => service))];
  return {
    service: name => {
      const current = rows.find(row => row.service === name && (row.state === 'current' || row.state === 'revoked'));
      const { service } = serviceRow({ service: name });
      return known.includes(name) ? { ...service, ...(current && { currentSerial: current.serial }) } : undefined;
    },
    serviceNames: () => known,
    authorities: () => [authorityRow().authority],
    certificate: serial => rows.find(row => row.serial === serial),
    certificatesOfService: name => rows.filter(row => row.service === name),
    certificatesBySpiffeId: id => rows.filter(row => row.spiffeId === id),
    certificatesBySerialPrefix: (prefix, limit) => rows.filter(row => row.serial.startsWith(prefix)).slice(0, limit),
    revocation: serial => {
      const row = rows.find(each => each.serial === serial && each.state === 'revoked');
      const { authorityId, notAfter } = row ?? certificateRow();
      return row && { serial, authorityId, notAfter, revokedAt: now, reason: 'superseded' };
    },
  };
}

const request = (changes: Partial<RevokeRequest> = {}): RevokeRequest => ({
  selectors: ['payments'],
  which: 'current',
  reason: 'unspecified',
  ...changes,
});
const steps = (changes: Partial<RevokeRequest> = {}, rows = certificates) =>
  planRevoke(indexOf(rows), request(changes), now).steps.map(({ action, certificate }) => [action, certificate.serial]);
const refusal = (changes: Partial<RevokeRequest> = {}, rows = certificates) =>
  errorOf(() => planRevoke(indexOf(rows), request(changes), now));

describe('parsing a selector', () => {
  test.each([
    ['payments', { kind: 'service', name: 'payments' }],
    ['spiffe://example.org/payments', { kind: 'spiffe-id', uri: 'spiffe://example.org/payments' }],
    ['CC:CC:CC:CC', { kind: 'serial', prefix: 'cccccccc' }],
    ['ccccccc', { kind: 'service', name: 'ccccccc' }],
    ['deadbeef', { kind: 'service', name: 'deadbeef' }],
  ])('%s is %j', (text, selector) => {
    expect(parseCertificateSelector(text, name => name === 'deadbeef')).toEqual(selector);
  });
});

describe('planning a revocation', () => {
  test('a service name, SPIFFE ID or serial number selects the current certificate', () => {
    for (const selector of ['payments', 'spiffe://example.org/payments', 'cccccccc', CURRENT.toUpperCase()]) {
      expect(steps({ selectors: [selector] })).toEqual([['revoke', CURRENT]]);
    }
  });

  test('a certificate that is named twice is revoked once', () => {
    expect(steps({ selectors: ['payments', 'cccccccc', 'payments'] })).toEqual([['revoke', CURRENT]]);
  });

  test('--all selects every certificate that has not expired, including unfinished ones', () => {
    const rows = [
      certificateRow({ serial: 'dd', state: 'intent' }),
      ...certificates,
      certificateRow({ serial: 'ee', state: 'superseded', notAfter: at('2026-11-19') }),
    ];
    expect(steps({ which: 'all' }, rows).map(([, serial]) => serial)).toEqual(['dd', CURRENT, OLDER, OLDEST]);
  });

  test('--previous selects the certificate before the current one, also after it was revoked', () => {
    expect(steps({ which: 'previous' })).toEqual([['revoke', OLDER]]);
    const after = certificates.map(row => (row.serial === OLDER ? { ...row, state: 'revoked' as const } : row));
    expect(steps({ which: 'previous' }, after)).toEqual([['keep', OLDER]]);
  });

  test('a certificate that was revoked before is kept as it is', () => {
    const after = certificates.map(row => (row.serial === CURRENT ? { ...row, state: 'revoked' as const } : row));
    expect(steps({}, after)).toEqual([['keep', CURRENT]]);
  });

  test('replaced certificates that are still valid are reported, and not revoked', () => {
    const { stillValid } = planRevoke(indexOf(), request({ selectors: [OLDER] }), now);
    expect(stillValid.map(({ serial }) => serial)).toEqual([OLDEST]);
  });
});

describe('a request that cannot be resolved', () => {
  test.each<[string, Partial<RevokeRequest>, string]>([
    ['an unknown service', { selectors: ['paymnts'] }, 'ERR_SERVICE_UNKNOWN'],
    ['an unknown SPIFFE ID', { selectors: ['spiffe://example.org/x'] }, 'ERR_CERTIFICATE_UNKNOWN'],
    ['an unknown serial number', { selectors: ['0123456789'] }, 'ERR_CERTIFICATE_UNKNOWN'],
    ['digits that two serial numbers begin with', { selectors: ['payments', 'aaaaaaaa'] }, 'ERR_SERIAL_AMBIGUOUS'],
    ['an invalidity date in the future', { invalidityDate: at('2026-11-21') }, 'ERR_REVOKE_FUTURE'],
    ['a serial number and --all', { selectors: [CURRENT], which: 'all' }, 'ERR_REVOKE_ONE'],
  ])('%s is refused', (_, changes, code) => {
    const rows = [...certificates, certificateRow({ serial: `aaaaaaaa${'0'.repeat(24)}`, state: 'superseded' })];
    expect(refusal(changes, rows).code).toBe(code);
  });

  test('a certificate can be revoked until the second of its notAfter', () => {
    const rows = [certificateRow({ notAfter: at('2026-11-19T23:59:59Z') })];
    expect(refusal({}, rows)).toMatchObject({
      code: 'ERR_REVOKE_NOTHING',
      message: '"payments" expired at 2026-11-19T23:59:59Z, so verifiers already reject it; nothing was revoked',
    });
    expect(steps({}, [certificateRow({ notAfter: now })])).toHaveLength(1);
  });

  test('a service with only an unfinished certificate is refused with a hint to --all', () => {
    const error = refusal({}, [certificateRow({ state: 'intent' })]);
    expect(error.message).toBe('"payments" has no current certificate; nothing was revoked');
    expect(error.hints).toEqual(['revoke all its certificates that have not expired: svcauth revoke payments --all']);
  });

  test('--previous is refused without a valid previous certificate', () => {
    expect(refusal({ which: 'previous' }, [certificates[0]!]).code).toBe('ERR_REVOKE_NO_PREVIOUS');
    const expired = certificateRow({ serial: OLDER, state: 'superseded', notAfter: at('2026-11-01') });
    expect(refusal({ which: 'previous' }, [certificates[0]!, expired]).code).toBe('ERR_REVOKE_NO_PREVIOUS');
  });
});

describe('a certificate that the manifest does not know', () => {
  const unknown = { authorityId: 'issuing-g1' };
  const plan = (text: string) => planRevoke(indexOf(), request({ selectors: [text], unknown }), now).steps;

  test('an unknown serial number is revoked until the notAfter of its CA, or an earlier one', () => {
    const { notAfter } = authorityRow().authority.certificate!;
    expect(plan('0D:EA:D0')).toMatchObject([
      { action: 'revoke', certificate: { serial: '0dead0', authorityId: 'issuing-g1', notAfter } },
    ]);
    const until = { ...unknown, notAfter: at('2026-12-01') };
    const { steps } = planRevoke(indexOf(), request({ selectors: ['0dead0'], unknown: until }), now);
    expect(steps).toMatchObject([{ certificate: { notAfter: at('2026-12-01') } }]);
  });

  test.each(['payments', '00', 'ff'.repeat(21), ''])('%j is not a full serial number', text => {
    expect(errorOf(() => plan(text))).toMatchObject({ code: 'ERR_SERIAL', exitStatus: 2 });
  });

  test('the serial number of a known certificate or of a CA is refused', () => {
    expect(errorOf(() => plan(CURRENT)).hints).toEqual([`svcauth revoke ${CURRENT}`]);
    const { serial } = authorityRow().authority.certificate!;
    expect(errorOf(() => plan(serial)).message).toContain('it is the certificate of issuing-g1');
  });

  test('an unknown CA is refused', () => {
    const stranger = { selectors: ['0dead0'], unknown: { authorityId: 'issuing-g9' } };
    expect(errorOf(() => planRevoke(indexOf(), request(stranger), now)).code).toBe('ERR_AUTHORITY_UNKNOWN');
  });
});
