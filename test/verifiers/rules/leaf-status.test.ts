import { expect, test } from 'vitest';
import type { CertifiedAuthority } from '../../../src/ca/rules/active-issuer.ts';
import { leafStatusFromCa } from '../../../src/verifiers/rules/leaf-status.ts';
import type { Authority, FurtherCertificate } from '../../../src/record/authority.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

const NOW = at('2026-11-21');

const { authority } = authorityRow();
const certificate = { ...authority.certificate!, notAfter: at('2027-11-21') };
const issuing: CertifiedAuthority = { ...authority, certificate };
const cross: FurtherCertificate = { ...certificate, serial: '33', authorityId: issuing.id, createdAt: NOW };

const standing = (state: Authority['state'], revoked: readonly string[], further: readonly FurtherCertificate[] = []) =>
  leafStatusFromCa({ ...issuing, state }, further, serial => revoked.includes(serial), NOW);

test.each(['active', 'draining', 'prepared'] as const)('leaves of a CA that is %s keep their own status', state => {
  expect(standing(state, [])).toBe('own');
});

test.each(['tainted', 'retired'] as const)('leaves of a CA that is %s are disowned', state => {
  expect(standing(state, [])).toBe('disowned');
});

test.each(['active', 'tainted', 'retired'] as const)('leaves of a revoked CA that is %s are revoked', state => {
  expect(standing(state, [certificate.serial])).toBe('revoked');
});

test('leaves keep their status while another certificate of the CA is valid', () => {
  expect(standing('draining', [certificate.serial], [cross])).toBe('own');
  expect(standing('draining', [certificate.serial, cross.serial], [cross])).toBe('revoked');
});

test('an expired certificate of the CA does not count', () => {
  expect(standing('draining', [certificate.serial], [{ ...cross, notAfter: at('2026-11-20') }])).toBe('revoked');
});

test('a certificate of another CA does not count', () => {
  expect(standing('draining', [certificate.serial], [{ ...cross, authorityId: 'issuing-g2' }])).toBe('revoked');
});
