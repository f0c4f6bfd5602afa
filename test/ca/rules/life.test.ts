import { describe, expect, test } from 'vitest';
import type { CertifiedAuthority } from '../../../src/ca/rules/active-issuer.ts';
import { lifeOf } from '../../../src/ca/rules/life.ts';
import { pkiTemplate } from '../../support/pki/pki.ts';
import { at, authorityRow } from '../../support/pki/rows.ts';

const authority = (createdAt: string, notBefore: string): CertifiedAuthority => {
  const row = authorityRow().authority as CertifiedAuthority;
  return { ...row, createdAt: at(createdAt), certificate: { ...row.certificate, notBefore: at(notBefore) } };
};

describe('the life of a CA', () => {
  test('the life of a CA begins with its backdated certificate', () => {
    expect(lifeOf(authority('2026-11-01', '2026-10-31')).notBefore).toEqual(at('2026-10-31'));
  });

  test('a later certificate of another root does not shorten the life of a CA', () => {
    expect(lifeOf(authority('2026-11-01', '2027-05-01')).notBefore).toEqual(at('2026-11-01'));
  });
});

test('an issuing CA under a new root issues as before, and its successor lives as long', async () => {
  const world = (await pkiTemplate([], [['issue', 'payments']]))();
  const start = world.now.getTime();
  const days = (count: number) => new Date(start + count * 86_400_000);
  world.now = days(300);
  await world.succeed('tick');
  for (const step of ['prepare', 'publish']) await world.succeed('ca', 'rotate', step, '--tier', 'root');
  world.now = days(301);
  for (const step of ['activate', 'drain']) await world.succeed('ca', 'rotate', step, '--tier', 'root');
  await world.succeed('issue', 'payments', '--force');
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'issuing');
  const lives = await world.manifest(manifest => {
    return ['issuing-g1', 'issuing-g2'].map(id => {
      const { createdAt, certificate } = manifest.authority(id)!;
      return certificate!.notAfter.getTime() - createdAt.getTime();
    });
  });
  expect(lives[1]).toBe(lives[0]);
});
