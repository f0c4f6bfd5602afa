import { rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { crlOf, revokingCrl } from '../../planted/rows/published.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], [['issue', 'payments']]);
});

/** A home whose root is held elsewhere, and that root's CRLs. One revokes the issuing CA, a later one no longer does. */
async function revoked(): Promise<PkiWorld & { readonly forgetful: () => string }> {
  const world = fresh();
  const root = world.home.authority('root-g1');
  const [revoking, key] = [revokingCrl(world), `${root.key}.elsewhere`];
  execFileSync('cp', [root.key, key]);
  execFileSync('sqlite3', [
    world.home.manifest,
    "UPDATE authorities SET key_location = 'offline' WHERE id = 'root-g1'",
  ]);
  rmSync(root.key);
  await world.succeed('crl', 'import', revoking);
  world.now = new Date(world.now.getTime() + 3_600_000);
  return Object.assign(world, { forgetful: () => crlOf(world, root.certificate, key, '') });
}

test('a CA that a CRL revokes issues nothing more, and the error names the way out', async () => {
  const { status, stderr } = await runSvcauth(await revoked(), ['issue', 'ledger']);
  expect(status).toBe(7);
  expect(stderr).toContain('[ERR_ISSUER_REVOKED]');
  expect(stderr).toContain('svcauth ca taint issuing-g1 --reason TEXT');
  expect(stderr).toContain('svcauth ca rotate prepare --tier issuing');
});

test('a later CRL that no longer lists the CA is refused', async () => {
  const world = await revoked();
  const { status, stderr } = await runSvcauth(world, ['crl', 'import', world.forgetful()]);
  expect([status, stderr]).toEqual([7, expect.stringContaining('which is revoked in the manifest')]);
  expect((await world.manifest(manifest => manifest.authority('issuing-g1')))?.revokedAt).toBeDefined();
});
