import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/time/duration.ts';
import { serviceStatus } from '../../../src/monitoring/rules/status.ts';
import { at, authorityRow, crlRow, serviceRow } from '../../support/pki/rows.ts';
import { authorityStatus } from '../../../src/ca/rules/status.ts';

describe('a service', () => {
  test.for<[string, string]>([
    ['2026-11-20T19:04:11Z', 'valid'],
    ['2026-11-20T19:04:12Z', 'due'],
    ['2026-12-01T00:00:00Z', 'due'],
    ['2026-12-01T00:00:01Z', 'expired'],
  ])('with a certificate from 1 November to 1 December is at %s %s', ([now, state]) => {
    expect(serviceStatus(serviceRow({}), {}, at(now)).state).toBe(state);
  });

  test('says when it is renewed: a little before two thirds of the real lifetime', () => {
    expect(serviceStatus(serviceRow({}), {}, at('2026-11-02')).renewAt).toEqual(at('2026-11-20T19:04:12Z'));
  });

  test('is renewed when it says itself, else when the policy says', () => {
    const policy = { threshold: { percent: 50 } };
    expect(serviceStatus(serviceRow({}), policy, at('2026-11-02')).renewAt).toEqual(at('2026-11-16'));
    const row = serviceRow({});
    const service = { ...row.service, upkeep: { renewal: { threshold: { span: parseDuration('6d') } } } };
    expect(serviceStatus({ ...row, service }, policy, at('2026-11-02')).renewAt).toEqual(at('2026-11-25'));
  });

  test('that was never issued has no certificate and is not due', () => {
    expect(serviceStatus(serviceRow(), {}, at('2026-11-02'))).toEqual({
      service: 'payments',
      spiffeId: 'spiffe://example.org/payments',
      state: 'none',
      deploymentPending: false,
    });
  });

  test('stays revoked after its certificate has expired', () => {
    expect(serviceStatus(serviceRow({ state: 'revoked' }), {}, at('2027-01-01')).state).toBe('revoked');
  });

  test('shows that its files were not deployed', () => {
    const deployment = {
      service: 'payments',
      serial: '4f',
      directory: '/x',
      state: 'pending',
      updatedAt: at('2026-11-01'),
    } as const;
    expect(serviceStatus(serviceRow({}, { deployment }), {}, at('2026-11-02')).deploymentPending).toBe(true);
  });
});

describe('a CA', () => {
  test.for<[string, string]>([
    ['2026-12-03T23:59:59Z', 'fresh'],
    ['2026-12-04T00:00:00Z', 'stale'],
  ])('with a CRL until 4 December has at %s a %s one', ([now, state]) => {
    expect(authorityStatus(authorityRow(), at(now)).crl).toMatchObject({ state, number: crlRow().number });
  });

  test('without a CRL misses one', () => {
    expect(authorityStatus(authorityRow({}, null), at('2026-11-02')).crl).toEqual({ state: 'missing' });
  });

  test('that awaits its certificate has no dates', () => {
    const { authority } = authorityRow({ state: 'pending' });
    const { certificate: _, ...pending } = authority;
    expect(authorityStatus({ authority: pending }, at('2026-11-02'))).toMatchObject({
      state: 'pending',
      expired: false,
    });
    expect(authorityStatus({ authority: pending }, at('2026-11-02'))).not.toHaveProperty('notAfter');
  });
});
