import { beforeEach, describe, expect, test } from 'vitest';
import type { FurtherCertificate } from '../../../src/record/authority.ts';
import type { Rotation } from '../../../src/record/rotation.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { errorOf } from '../../support/errors.ts';
import { at, authority, der, issue, serial } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, START } from '../../support/world/world.ts';

let manifest: Manifest;
const certificateOf = (n: number, issuerId: string) => ({
  der: der(n),
  serial: serial(n),
  issuerId,
  notBefore: START,
  notAfter: at(1000),
});
beforeEach(async () => {
  const world = fakeWorld();
  manifest = await createManifest(world, `${world.cwd}/manifest.db`);
  manifest.transaction(write => {
    for (const [n, id] of ['root-g1', 'root-g2'].entries()) {
      const certificate = certificateOf(n + 1, id);
      write.insertAuthority(authority({ id, tier: 'root', generation: n + 1, certificate }));
    }
    write.insertAuthority(authority({ certificate: certificateOf(3, 'root-g1') }));
  });
});

const rotation: Omit<Rotation, 'id'> = {
  tier: 'root',
  fromId: 'root-g1',
  toId: 'root-g2',
  crossSigning: 'issuing',
  soak: 86_400,
  requiredAcks: ['edge-1', 'edge-2'],
  preparedAt: START,
};

describe('rotations', () => {
  test('rotations keep their facts and get the time of each phase', () => {
    const id = manifest.transaction(write => write.insertRotation(rotation));
    expect(manifest.rotations()).toEqual([{ ...rotation, id }]);
    const progress = {
      selfTest: serial(9),
      publishedAt: at(1),
      publishedSequence: 17,
      activatedAt: at(2),
      drainingSince: at(3),
      endedAt: at(4),
      outcome: 'retired',
    } as const;
    for (const [name, value] of Object.entries(progress)) {
      if (name === 'outcome' || name === 'endedAt') continue;
      manifest.transaction(write => write.updateRotation(id, { [name]: value }));
    }
    manifest.transaction(write => write.updateRotation(id, { endedAt: at(4), outcome: 'retired' }));
    expect(manifest.rotations()).toEqual([{ ...rotation, id, ...progress }]);
  });

  test('a tier has one open rotation at a time', () => {
    const begin = (tier: Rotation['tier']) =>
      manifest.transaction(write => write.insertRotation({ ...rotation, tier }));
    const id = begin('root');
    expect(errorOf(() => begin('root')).code).toBe('ERR_MANIFEST_CONFLICT');
    begin('issuing');
    manifest.transaction(write => write.updateRotation(id, { endedAt: at(4), outcome: 'rolled-back' }));
    begin('root');
    expect(manifest.rotations().map(each => [each.id, each.tier])).toEqual([
      [1, 'root'],
      [2, 'issuing'],
      [3, 'root'],
    ]);
  });

  test('a CA has the time at which its rotation published it', () => {
    const id = manifest.transaction(write => write.insertRotation(rotation));
    expect(manifest.authority('root-g2')).not.toHaveProperty('publishedAt');
    manifest.transaction(write => write.updateRotation(id, { publishedAt: at(5) }));
    expect(manifest.authorities().map(({ publishedAt }) => publishedAt)).toEqual([undefined, at(5), undefined]);
  });
});

describe('further certificates', () => {
  const further: FurtherCertificate = { ...certificateOf(4, 'root-g2'), authorityId: 'issuing-g1', createdAt: at(7) };

  test('a promoted further certificate and the served one change places', () => {
    manifest.transaction(write => write.insertFurtherCertificate(further));
    expect(manifest.furtherCertificates()).toEqual([further]);
    const swap = (n: number) => manifest.transaction(write => write.promoteCertificate('issuing-g1', serial(n)));
    swap(4);
    expect(manifest.authority('issuing-g1')!.certificate).toEqual(certificateOf(4, 'root-g2'));
    expect(manifest.furtherCertificates()).toMatchObject([certificateOf(3, 'root-g1')]);
    expect(errorOf(() => swap(4)).message).toContain('issuing-g1 has no other');
    swap(3);
    expect(manifest.authority('issuing-g1')!.certificate).toEqual(certificateOf(3, 'root-g1'));
  });
});

test('only the last acknowledgement of a verifier counts', () => {
  const acknowledge = (verifier: string, sequence: number, source: 'hand' | 'probe') =>
    manifest.transaction(write => write.putAcknowledgement({ verifier, sequence, at: at(sequence), source }));
  acknowledge('edge-2', 4, 'hand');
  acknowledge('edge-1', 5, 'hand');
  acknowledge('edge-2', 6, 'probe');
  expect(manifest.acknowledgements()).toEqual([
    { verifier: 'edge-1', sequence: 5, at: at(5), source: 'hand' },
    { verifier: 'edge-2', sequence: 6, at: at(6), source: 'probe' },
  ]);
});

test('the totals of a CA count unexpired certificates, and the revoked ones only for its CRL', () => {
  expect(manifest.leafTotals('issuing-g1', START)).toEqual({ live: 0, superseded: 0, services: [] });
  issue(manifest, 10, 'web', { notAfter: at(100) });
  issue(manifest, 11, 'web', { notAfter: at(200) });
  issue(manifest, 12, 'payments', { notAfter: at(300) });
  issue(manifest, 13, 'ledger', { notAfter: at(400) });
  manifest.transaction(write =>
    write.insertRevocation({
      serial: serial(13),
      authorityId: 'issuing-g1',
      revokedAt: START,
      reason: 'superseded',
      notAfter: at(400),
    }),
  );
  expect(manifest.leafTotals('issuing-g1', at(100))).toEqual({
    live: 3,
    superseded: 1,
    oneSuperseded: serial(10),
    lastNotAfter: at(300),
    lastOfAll: at(400),
    services: ['payments', 'web'],
  });
  expect(manifest.leafTotals('issuing-g1', at(301))).toEqual({
    live: 0,
    superseded: 0,
    lastOfAll: at(400),
    services: [],
  });
});
