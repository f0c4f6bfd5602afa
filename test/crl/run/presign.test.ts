import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { crlNumber, decodeCrl } from '../../../src/pki/crl/parsed.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import type { ManifestWriter } from '../../../src/store/manifest/manifest.ts';
import { plantedCrl } from '../../support/pki/planted-crl.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate(
    ['--root-key-out', 'root.key'],
    [['crl', 'presign', '--ca', 'root-g1', '--every', '30d', '--for', '18mo', '--key', 'root.key']],
  );
});

const later = (world: PkiWorld, days: number): void => {
  world.now = new Date(world.now.getTime() + days * 86_400_000);
};

const published = ({ home }: PkiWorld) =>
  crlNumber(decodeCrl(new Uint8Array(readFileSync(home.public.crlDer('root-g1')))))!;

async function write(world: PkiWorld, work: (write: ManifestWriter) => void): Promise<void> {
  const manifest = await openManifest(world, world.home.manifest);
  manifest.transaction(work);
  manifest.close();
}

const seriesOf = (world: PkiWorld) => world.manifest(manifest => manifest.presignedCrls('root-g1'));

const revokeIssuing = (world: PkiWorld, serial = '4a4a') =>
  write(world, tx =>
    tx.insertRevocation({
      serial,
      authorityId: 'root-g1',
      revokedAt: world.now,
      reason: 'cACompromise',
      notAfter: new Date(world.now.getTime() + 300 * 86_400_000),
    }),
  );

test('weekly runs without the key publish valid CRLs with growing numbers for 18 months', async () => {
  const world = fresh();
  rmSync(join(world.cwd, 'root.key'));
  const numbers = [published(world)];
  for (let week = 0; week < 77; week++) {
    later(world, 7);
    // an outage of five weeks
    if (week >= 20 && week < 25) continue;
    await world.succeed('crl', 'refresh');
    if (published(world) !== numbers.at(-1)) numbers.push(published(world));
    const { stdout } = await runSvcauth(world, ['crl', 'verify', '-o', 'json']);
    const { findings } = JSON.parse(stdout) as { findings: { ca: string }[] };
    expect(findings.filter(({ ca }) => ca === 'root-g1')).toEqual([]);
  }
  expect(numbers.length).toBeGreaterThan(16);
  expect([...numbers].sort((a, b) => (a < b ? -1 : 1))).toEqual(numbers);
  // no row is deleted by a date: if the clock goes back, the earlier ones are released again
  expect(await seriesOf(world)).toHaveLength(18);
  const released = await world.manifest(manifest =>
    [...manifest.auditRecords()].filter(({ action }) => action === 'crl.released'),
  );
  expect(released).toHaveLength(numbers.length);
});

test('a revocation by the CA discards its series', async () => {
  const world = fresh();
  await revokeIssuing(world);
  expect(await seriesOf(world)).toEqual([]);
  expect(await world.manifest(manifest => [...manifest.auditRecords()].at(-1))).toMatchObject({
    action: 'crl.voided',
    subject: 'root-g1',
    detail: { crls: '18' },
  });
  const { stderr } = await runSvcauth(world, ['crl', 'refresh']);
  expect(stderr).toContain(
    'the CRL of root-g1 is due and its presigned CRLs were discarded, but its key is not in the home',
  );
});

test('with the key, a discarded series is replaced by CRLs with higher numbers that list the revocation', async () => {
  const world = fresh();
  const before = await seriesOf(world);
  later(world, 100);
  await world.succeed('crl', 'refresh');
  await revokeIssuing(world);
  const { stderr } = await runSvcauth(world, ['crl', 'refresh', '--ca', 'root-g1', '--key', 'root.key']);
  expect(stderr).toContain('root-g1 were discarded; 15 were signed to replace them');
  const after = await seriesOf(world);
  expect(after.map(({ entryCount }) => entryCount)).toEqual(new Array(15).fill(1));
  expect(after[0]!.number > before.at(-1)!.number).toBe(true);
  expect(published(world)).toBe(after[0]!.number);
  later(world, 30);
  await world.succeed('crl', 'refresh');
  expect(published(world)).toBe(after[1]!.number);
  await revokeIssuing(world, '4b4b');
  await world.succeed('crl', 'refresh', '--ca', 'root-g1', '--key', 'root.key');
  expect((await seriesOf(world))[0]!.number > after.at(-1)!.number).toBe(true);
});

test('ca taint --revoke discards the series of the root', async () => {
  const world = fresh();
  await world.succeed('ca', 'taint', 'issuing-g1', '--reason', 'lost', '--revoke');
  expect(await seriesOf(world)).toEqual([]);
});

test('a second presigning replaces the first series with higher numbers', async () => {
  const world = fresh();
  const before = await seriesOf(world);
  later(world, 40);
  await world.succeed('crl', 'presign', '--ca', 'root-g1', '--every', '60d', '--for', '2y', '--key', 'root.key');
  const after = await seriesOf(world);
  expect(after).toHaveLength(13);
  expect(after[0]!.number > before.at(-1)!.number).toBe(true);
  expect(published(world)).toBe(after[0]!.number);
});

test('a CRL signed between two of the series keeps the series', async () => {
  const world = fresh();
  later(world, 10);
  await world.succeed('crl', 'refresh', '--ca', 'root-g1', '--key', 'root.key', '--force');
  expect(await seriesOf(world)).toHaveLength(18);
  later(world, 20);
  expect(await world.succeed('crl', 'refresh')).toMatch(/^released +root-g1/m);
});

test('an imported CRL discards the series', async () => {
  const world = fresh();
  copyFileSync(join(world.cwd, 'root.key'), world.home.authority('root-g1').key);
  writeFileSync(join(world.cwd, 'root.crl'), await plantedCrl(world, 'root-g1', { number: 1_795_219_300 }));
  await world.succeed('crl', 'import', 'root.crl');
  expect(await seriesOf(world)).toEqual([]);
});

test('a manifest restored from a backup adopts later revocations and publishes no older CRL', async () => {
  const world = fresh();
  const backup = join(world.cwd, 'backup');
  cpSync(world.home.manifest, backup);
  later(world, 5);
  await revokeIssuing(world);
  await world.succeed('crl', 'refresh', '--ca', 'root-g1', '--key', 'root.key');
  const number = published(world);
  for (const suffix of ['-wal', '-shm']) rmSync(`${world.home.manifest}${suffix}`, { force: true });
  cpSync(backup, world.home.manifest);
  expect(await seriesOf(world)).toHaveLength(18);
  later(world, 60);
  const { stderr } = await runSvcauth(world, ['crl', 'refresh']);
  expect(stderr).toContain('revocations taken from it: 1');
  expect(await seriesOf(world)).toEqual([]);
  expect(published(world)).toBe(number);
});

test('a presigned CRL whose bytes were changed is not published', async () => {
  const world = fresh();
  const [, second] = await seriesOf(world);
  const { openSqlite } = await import('../../../src/store/manifest/sqlite.ts');
  const sql = await openSqlite(world.home.manifest, world.home.manifest, 0);
  sql.run('UPDATE presigned_crls SET der = zeroblob(300) WHERE number = ?', second!.number.toString());
  sql.close();
  later(world, 31);
  const { status, stderr } = await runSvcauth(world, ['crl', 'refresh', '--ca', 'root-g1']);
  expect(status).toBe(9);
  expect(stderr).toContain('its bytes in the manifest do not match their SHA-256');
});
