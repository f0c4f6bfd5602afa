import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { at, authority, intent, issue, newService, serial } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, START } from '../../support/world/world.ts';

test('unexpiredLeaves returns revoked certificates too, and no intents', async () => {
  const world = fakeWorld();
  const manifest = await createManifest(world, join(world.cwd, 'manifest.db'));
  manifest.transaction(write => {
    write.insertAuthority(authority());
    write.audit('ca.created', 'issuing-g1', {});
  });
  issue(manifest, 1, 'expired', { notAfter: at(99) });
  issue(manifest, 2, 'ending', { notAfter: at(100) });
  issue(manifest, 3, 'stolen');
  manifest.transaction(write => {
    write.putServices([newService('pending')]);
    write.insertIntents([intent(4, 'pending')]);
    write.insertRevocation({
      serial: serial(3),
      authorityId: 'issuing-g1',
      revokedAt: START,
      reason: 'keyCompromise',
      notAfter: at(30 * 86_400),
    });
    write.audit('certificate.revoked', 'stolen', {});
  });
  const found = [...manifest.unexpiredLeaves(at(100))];
  manifest.close();
  expect(found.map(each => [each.service, each.serial, each.authorityId, each.revoked])).toEqual([
    ['ending', serial(2), 'issuing-g1', false],
    ['stolen', serial(3), 'issuing-g1', true],
  ]);
});
