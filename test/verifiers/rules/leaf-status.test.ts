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

test.each(['active', 'draining', 'prepared'] as const)('of one that is %s each leaf is what it is', state => {
  expect(standing(state, [])).toBe('own');
});

test.each(['tainted', 'retired'] as const)('nobody counts on the leaves of one that is %s', state => {
  expect(standing(state, [])).toBe('disowned');
});

test.each(['active', 'tainted', 'retired'] as const)('a revoked CA that is %s takes its leaves along', state => {
  expect(standing(state, [certificate.serial])).toBe('revoked');
});

test('another certificate of it that is good holds them up', () => {
  expect(standing('draining', [certificate.serial], [cross])).toBe('own');
  expect(standing('draining', [certificate.serial, cross.serial], [cross])).toBe('revoked');
});

test('one that has expired holds nothing up', () => {
  expect(standing('draining', [certificate.serial], [{ ...cross, notAfter: at('2026-11-20') }])).toBe('revoked');
});

test('a certificate of another CA is none of its own', () => {
  expect(standing('draining', [certificate.serial], [{ ...cross, authorityId: 'issuing-g2' }])).toBe('revoked');
});
