import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { homeAt, type Home } from '../../../src/store/home.ts';
import { MIGRATIONS, formatVersion } from '../../../src/store/manifest/migrations.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { changePki, readPki } from '../../../src/store/open-pki.ts';
import { bundled } from '../../support/bundled.ts';
import { authority } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

const FIRST = readFileSync(join(import.meta.dirname, 'manifest-v1.sql'), 'utf8');
const NEWEST = MIGRATIONS.length;

let world: FakeWorld;
let home: Home;
beforeEach(() => {
  world = fakeWorld();
  home = homeAt(join(world.cwd, '.svcauth'));
  mkdirSync(home.authorities, { recursive: true, mode: 0o700 });
});

/** Makes a manifest of format `n` from the dump of the first one and the steps up to `n`. */
async function makeOld(n: number, extra = ''): Promise<void> {
  const sql = await openSqlite(home.manifest, home.manifest, 0);
  sql.exec(FIRST);
  // an upgrade removes this column, which the dump has and step 1 does not make
  if (n > 1) sql.exec('ALTER TABLE authorities DROP COLUMN crl_lifetime');
  for (const step of MIGRATIONS.slice(1, n)) sql.exec(step);
  sql.exec(`PRAGMA user_version = ${n}; ${extra}`);
  sql.close();
}

async function formatOf(path: string): Promise<number> {
  const sql = await openSqlite(path, path, 0);
  const format = formatVersion(sql);
  sql.close();
  return format;
}

const copies = () => readdirSync(home.directory).filter(name => name.startsWith('manifest.db.'));
const olderFormats = Array.from({ length: NEWEST - 1 }, (_, index) => index + 1);

describe.each(olderFormats)('a manifest of format %i', format => {
  it('is read by a command that only reads, and stays as it is', async () => {
    await makeOld(format);
    const before = readFileSync(home.manifest);
    const names = await readPki(world, undefined, pki => pki.manifest.serviceNames());
    expect(names).toEqual(['payments']);
    const log = await runSvcauth(world, ['audit', 'log', '-o', 'json']);
    expect([log.status, log.stderr]).toEqual([0, '']);
    expect(readFileSync(home.manifest).equals(before)).toBe(true);
    expect(await formatOf(home.manifest)).toBe(format);
    expect(copies()).toEqual([]);
  });

  it('is upgraded by a command that changes something, with a copy and an audit record', async () => {
    await makeOld(format);
    const [action, count] = await changePki(world, undefined, 'tick', ({ manifest }) => {
      manifest.transaction(write => write.insertAuthority({ ...authority(), id: 'issuing-g2', generation: 2 }));
      const last = [...manifest.auditRecords()].at(-1)!;
      return [last, manifest.authorities().length];
    });
    expect(action).toMatchObject({
      action: 'manifest.migrated',
      subject: 'manifest.db',
      detail: { from: `${format}`, to: `${NEWEST}`, copy: `manifest.db.v${format}-1` },
    });
    expect(count).toBe(2);
    expect(await formatOf(home.manifest)).toBe(NEWEST);
    expect(copies()).toEqual([`manifest.db.v${format}-1`]);
    const copy = join(home.directory, `manifest.db.v${format}-1`);
    expect([await formatOf(copy), statSync(copy).mode & 0o777]).toEqual([format, 0o600]);
    expect((await runSvcauth(world, ['audit', 'verify'])).status).toBe(0);
    // once
    await changePki(world, undefined, 'tick', () => undefined);
    expect(copies()).toHaveLength(1);
  });
});

it('a dry run reads an older format and upgrades nothing', async () => {
  await makeOld(1);
  expect(
    await readPki(world, undefined, pki => {
      expect(() => pki.manifest.transaction(() => undefined)).toThrow(
        'only a command that changes something upgrades it',
      );
      return pki.manifest.authorities()[0]!.id;
    }),
  ).toBe('issuing-g1');
  expect(await formatOf(home.manifest)).toBe(1);
});

it('an upgrade that fails leaves the old file and no copy', async () => {
  await makeOld(1);
  const full = { ...world, files: { ...world.files, syncAll: () => Promise.reject(new Error('no space')) } };
  await expect(changePki(full, undefined, 'tick', () => undefined)).rejects.toThrow('no space');
  expect(await formatOf(home.manifest)).toBe(1);
  expect(copies()).toEqual([]);
});

it('a copy never replaces an earlier copy', async () => {
  await makeOld(1);
  world.files.writeNew(join(home.directory, 'manifest.db.v1-1'), new Uint8Array([1]), 0o600);
  await changePki(world, undefined, 'tick', () => undefined);
  expect(copies()).toEqual(['manifest.db.v1-1', 'manifest.db.v1-2']);
  expect(statSync(join(home.directory, 'manifest.db.v1-1')).size).toBe(1);
});

it('an edited schema of an older format is reported, and not upgraded', async () => {
  await makeOld(2, 'CREATE TABLE mine (x INTEGER)');
  await expect(changePki(world, undefined, 'tick', () => undefined)).rejects.toMatchObject({
    code: 'ERR_MANIFEST_SCHEMA',
  });
  await expect(openManifest(world, home.manifest)).rejects.toMatchObject({ code: 'ERR_MANIFEST_SCHEMA' });
  expect(copies()).toEqual([]);
});

const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;

it.skipIf(!namespaces)('an older format is read on a read-only mount (needs unshare -rm)', async () => {
  await makeOld(1);
  const reader = await bundled('manifest-reader.ts', world.cwd);
  mkdirSync(join(world.cwd, 'tmp'));
  const mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" "$3" "$4"';
  const argv = ['-rm', 'sh', '-c', mount, 'sh', home.directory, process.execPath, reader, home.manifest];
  const env = { ...process.env, TMPDIR: join(world.cwd, 'tmp') };
  expect(JSON.parse(execFileSync('unshare', argv, { encoding: 'utf8', env }))).toEqual({
    services: ['payments'],
    refusal: 'ERR_MANIFEST_ACCESS',
  });
  expect(readdirSync(join(world.cwd, 'tmp'))).toEqual([]);
});
