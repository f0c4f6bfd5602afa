import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/monitoring/rules/finding.ts';
import { describeFinding } from '../../../src/monitoring/view/finding.ts';
import { at } from '../../support/pki/rows.ts';

const now = at('2026-11-21');
const crlMissing: Finding = { name: 'crl-missing', severity: 'critical', kind: 'ca', subject: 'root-g1' };

describe('a finding', () => {
  test.for([
    ['file', 'svcauth crl refresh'],
    ['offline', 'svcauth crl refresh --ca root-g1 --key FILE'],
    ['foreign', 'svcauth crl import FILE'],
    ['destroyed', 'svcauth ca show root-g1'],
  ] as const)('about the CRL of a CA whose key is %s is remedied by %s', ([keyLocation, remedy]) => {
    expect(describeFinding({ ...crlMissing, keyLocation }, now).remedy).toBe(remedy);
  });

  test('about a certificate has its expiry and the command for its successor', () => {
    const finding: Finding = {
      name: 'certificate-expiring',
      severity: 'warning',
      kind: 'service',
      subject: 'payments',
      deadline: at('2026-11-24'),
    };
    expect(describeFinding(finding, now)).toEqual({
      message: 'certificate expires in 3 days',
      remedy: 'svcauth renew payments',
    });
    expect(describeFinding({ ...finding, keySource: 'csr' }, now).remedy).toBe('svcauth issue payments --csr FILE');
  });

  test('about a certificate that outlives its CA asks for a CSR if the key is on its own host', () => {
    const finding: Finding = {
      name: 'issuer-outlived',
      severity: 'warning',
      kind: 'service',
      subject: 'payments',
      deadline: at('2026-11-24'),
    };
    expect(describeFinding(finding, now)).toEqual({
      message: 'issuing CA expires in 3 days, before the certificate',
      remedy: 'svcauth issue payments --not-after-policy truncate',
    });
    expect(describeFinding({ ...finding, keySource: 'csr' }, now).remedy).toBe(
      'svcauth issue payments --csr FILE --not-after-policy truncate',
    );
  });

  test('about an interrupted run names the certificate that may exist', () => {
    const finding: Finding = {
      name: 'intent-unfinished',
      severity: 'warning',
      kind: 'service',
      subject: 'payments',
      serial: '4f1a2b3c4d5e6f708192a3b4c5d6e7f8',
    };
    expect(describeFinding(finding, now)).toEqual({
      message: 'a run was interrupted while it signed; certificate 4f1a2b3c4d5e6f708192a3b4c5d6e7f8 may exist',
      remedy: 'svcauth revoke 4f1a2b3c4d5e6f70',
    });
  });
});
