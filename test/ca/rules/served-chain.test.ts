import { expect, test } from 'vitest';
import type { CertifiedAuthority } from '../../../src/ca/rules/active-issuer.ts';
import type { Authority, FurtherCertificate } from '../../../src/record/authority.ts';
import { servedChain } from '../../../src/ca/rules/served-chain.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

function authority(id: string, issuerId: string, changes: Partial<Authority> = {}): CertifiedAuthority {
  const { authority: row } = authorityRow({ id, tier: id.startsWith('root') ? 'root' : 'issuing', ...changes });
  return { ...row, certificate: { ...row.certificate!, issuerId, der: utf8(`${id} by ${issuerId}`) } };
}

const further = (authorityId: string, issuerId: string): FurtherCertificate => ({
  ...authority(authorityId, issuerId).certificate,
  authorityId,
  createdAt: at('2026-11-21'),
});

const words = (chain: readonly Uint8Array[]) => chain.map(der => Buffer.from(der).toString());

test('a served chain omits the root', () => {
  const [root, issuing] = [authority('root-g1', 'root-g1'), authority('issuing-g1', 'root-g1')];
  expect(words(servedChain(issuing, [root, issuing], []))).toEqual(['issuing-g1 by root-g1']);
  expect(servedChain(root, [root], [])).toEqual([]);
});

test('a cross-signed root is sent while verifiers trust the root that signed it', () => {
  const issuing = authority('issuing-g1', 'root-g2');
  const served = (state: Authority['state']) => {
    const roots = [authority('root-g1', 'root-g1', { state }), authority('root-g2', 'root-g2')];
    const crossed = [further('root-g2', 'root-g1'), further('root-g1', 'root-g2'), further('issuing-g1', 'root-g1')];
    return words(servedChain(issuing, [...roots, issuing], crossed));
  };
  expect(served('draining')).toEqual(['issuing-g1 by root-g2', 'root-g2 by root-g1']);
  expect(served('retired')).toEqual(['issuing-g1 by root-g2']);
});
