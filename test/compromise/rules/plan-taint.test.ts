import { describe, expect, test } from 'vitest';
import type { Authority, FurtherCertificate } from '../../../src/record/authority.ts';
import { planTaint, type TaintFacts } from '../../../src/compromise/rules/plan-taint.ts';
import { errorOf } from '../../support/errors.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

const NOW = at('2026-11-21');

const { authority: issuing } = authorityRow();
const { authority: root } = authorityRow({
  id: 'root-g1',
  tier: 'root',
  certificate: { ...issuing.certificate!, serial: '11', issuerId: 'root-g1' },
});
const cross: FurtherCertificate = {
  ...issuing.certificate!,
  serial: '33',
  issuerId: 'root-g2',
  authorityId: 'issuing-g1',
  createdAt: NOW,
};

const plan = (changes: Partial<TaintFacts> = {}, revoke = false, id = 'issuing-g1') =>
  planTaint({ authorities: [root, issuing], further: [], isRevoked: () => false, ...changes }, { id, revoke }, NOW);

test('taint marks an active CA, and revokes its certificate only on request', () => {
  expect(plan()).toEqual({ authority: issuing, taints: true, revokes: [], revokers: [] });
});

test('tainting a CA twice changes nothing', () => {
  const tainted: Authority = { ...issuing, state: 'tainted' };
  expect(plan({ authorities: [root, tainted] }).taints).toBe(false);
});

test.each(['pending', 'prepared', 'retired'] as const)('a CA that is %s cannot be tainted', state => {
  const error = errorOf(() => plan({ authorities: [{ ...issuing, state }] }));
  expect(error.code).toBe('ERR_TAINT_STATE');
});

test('an unknown CA is an error', () => {
  expect(errorOf(() => plan({}, false, 'issuing-g7')).code).toBe('ERR_AUTHORITY_UNKNOWN');
});

describe('the revocation of a tainted CA', () => {
  test('taint --revoke revokes every certificate of its key that another CA issued', () => {
    expect(plan({ further: [cross] }, true).revokes.map(({ serial }) => serial)).toEqual(['22'.repeat(16), '33']);
  });

  test('taint --revoke skips revoked and expired certificates', () => {
    expect(plan({ isRevoked: () => true }, true).revokes).toEqual([]);
    const ended = { ...cross, notAfter: at('2026-11-20') };
    expect(plan({ further: [ended] }, true).revokes).toHaveLength(1);
  });

  test('a root cannot be revoked by a CRL', () => {
    expect(errorOf(() => plan({}, true, 'root-g1')).code).toBe('ERR_TAINT_REVOKE');
  });
});
