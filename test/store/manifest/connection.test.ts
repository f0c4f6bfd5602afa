import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SvcauthError } from '../../../src/errors/error.ts';
import { MIGRATIONS, formatVersion, migrate } from '../../../src/store/manifest/migrations.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { createManifest, openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { bundled } from '../../support/bundled.ts';
import { at, authority, issue, newService, serial, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, START, type FakeWorld } from '../../support/world/world.ts';

let world: FakeWorld;
let path: string;
beforeEach(() => {
  world = fakeWorld();
  path = join(world.cwd, 'manifest.db');
});

const open = () => openManifest(world, path);
const refusal = async (): Promise<SvcauthError> => {
  const outcome: unknown = await open().catch((thrown: unknown) => thrown);
  if (outcome instanceof SvcauthError) return outcome;
  throw new Error('it was opened');
};

async function makeManifest(): Promise<void> {
  const manifest = await createManifest(world, path);
  manifest.transaction(write => write.insertAuthority(authority()));
  manifest.close();
}

describe('a damaged manifest', () => {
  it.each([
    ['missing', undefined, 'the file is missing'],
    ['empty', '', 'it holds no manifest'],
    ['something else', 'not a database at all, but long enough to look at\n'.repeat(100), 'file is not a database'],
  ])('a damaged manifest is reported when it is %s', async (_, content, problem) => {
    if (content !== undefined) writeFileSync(path, content);
    const error = await refusal();
    expect([error.code, error.exitStatus]).toEqual(['ERR_MANIFEST_CORRUPT', 9]);
    expect(error.message).toBe(`the manifest "${path}" is damaged: ${problem}; nothing was changed`);
    expect(error.hints[0]).toContain('restore manifest.db from a backup');
  });

  it('a manifest with an overwritten page is reported by the read that meets the page', async () => {
    await makeManifest();
    const manifest = await open();
    manifest.transaction(write => {
      write.putServices(Array.from({ length: 500 }, (_, n) => newService(`service-${n}`)));
    });
    manifest.close();
    const sql = await openSqlite(path, path, 0);
    sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    sql.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 8192);
    writeFileSync(path, bytes);
    const damaged = async () => (await open()).liveServices();
    await expect(damaged()).rejects.toThrow('is damaged: database disk image is malformed');
  });
});

describe('formats', () => {
  it('a manifest of a newer format is refused, with the version of svcauth that wrote it', async () => {
    await makeManifest();
    const sql = await openSqlite(path, path, 0);
    sql.exec(`PRAGMA user_version = 99; UPDATE meta SET value = '7.1.0' WHERE key = 'written_by'`);
    sql.close();
    const error = await refusal();
    expect([error.code, error.exitStatus]).toEqual(['ERR_MANIFEST_NEWER', 2]);
    expect(error.message).toContain('has format 99, written by svcauth 7.1.0');
    expect(error.hints).toEqual(['use svcauth 7.1.0 or newer']);
  });

  it('a manifest of an older format is upgraded completely or not at all', async () => {
    await makeManifest();
    const sql = await openSqlite(path, path, 0);
    const broken = [...MIGRATIONS, 'CREATE TABLE extra (x INTEGER) STRICT; CREATE TABLE extra (y INTEGER) STRICT;'];
    expect(() => migrate(sql, broken)).toThrow('table extra already exists');
    expect(formatVersion(sql)).toBe(MIGRATIONS.length);
    expect(sql.all(`SELECT name FROM sqlite_schema WHERE name = 'extra'`)).toEqual([]);
    migrate(sql, [...MIGRATIONS, 'CREATE TABLE extra (x INTEGER) STRICT']);
    expect(formatVersion(sql)).toBe(MIGRATIONS.length + 1);
    sql.close();
  });

  it('the upgrade marks older deployments with a failed hook', async () => {
    const sql = await openSqlite(path, path, 0);
    const before = MIGRATIONS.findIndex(step => step.includes('hook_failed'));
    migrate(sql, MIGRATIONS.slice(0, before));
    sql.exec(`PRAGMA foreign_keys = OFF;
      INSERT INTO deliveries (service, serial, directory, state, updated_at, problem) VALUES
        ('hook', x'01', '/', 'pending', 0, 'hook 2 ("reload"): exit status 3'),
        ('output', x'02', '/', 'pending', 0, 'the output "/hook 1 (" cannot be written'),
        ('fresh', x'03', '/', 'pending', 0, NULL)`);
    migrate(sql);
    expect(sql.all('SELECT service FROM deployments WHERE hook_failed = 1')).toEqual([{ service: 'hook' }]);
    sql.close();
  });

  it('the upgrade keeps every field of a deployment', async () => {
    const sql = await openSqlite(path, path, 0);
    const before = MIGRATIONS.findIndex(step => step.includes('DROP TABLE deliveries'));
    migrate(sql, MIGRATIONS.slice(0, before));
    const columns = 'service, serial, directory, state, updated_at, deployed_serial, attempts, problem, hook_failed';
    sql.exec(`PRAGMA foreign_keys = OFF;
      INSERT INTO deliveries (${columns}) VALUES
        ('ledger', x'01', '/srv/ledger', 'delivered', 5, x'01', 0, NULL, 0),
        ('web', x'03', '/srv/web', 'pending', 6, x'02', 2, 'hook 1 ("reload"): exit status 3', 1)`);
    const rows = sql.all(`SELECT ${columns} FROM deliveries ORDER BY service`);
    migrate(sql);
    expect(sql.all(`SELECT ${columns} FROM deployments ORDER BY service`)).toEqual([
      { ...rows[0], state: 'deployed' },
      rows[1],
    ]);
    sql.close();
  });

  it('a manifest of the first format is read completely', async () => {
    const sql = await openSqlite(path, path, 0);
    sql.exec(readFileSync(join(import.meta.dirname, 'manifest-v1.sql'), 'utf8'));
    sql.close();
    const manifest = await open();
    expect(manifest.identity()).toEqual({ trustDomain: 'example.org', name: 'Example', createdAt: START });
    expect(manifest.authorities()).toHaveLength(1);
    expect(manifest.liveServices()).toMatchObject([
      { service: { name: 'payments', spec: spec('payments') }, certificate: { serial: serial(2), state: 'current' } },
    ]);
    expect(manifest.deployment('payments')).toMatchObject({ state: 'deployed', deployedSerial: serial(2) });
    expect([...manifest.revocations('issuing-g1')].map(r => r.serial)).toEqual([serial(1)]);
    expect(manifest.latestCrl('issuing-g1')?.number).toBe(17n);
    expect(manifest.trustBundle()?.sequence).toBe(1);
    expect([...manifest.auditRecords()].map(r => r.action)).toEqual(['authority.created', 'certificate.issued']);
    expect(manifest.expiringBy(at(90 * 86400))).toHaveLength(1);
  });
});

const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;

// root may write whatever the permissions are, so only a read-only mount shows the behaviour
describe.skipIf(!namespaces)('on a read-only file system (needs unshare -rm)', () => {
  async function readOnly(directory: string): Promise<unknown> {
    const reader = await bundled('manifest-reader.ts', world.cwd);
    const mount =
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x" 2>&- && exec "$2" "$3" "$4"';
    const argv = ['-rm', 'sh', '-c', mount, 'sh', directory, process.execPath, reader, join(directory, 'manifest.db')];
    const env = { ...process.env, TMPDIR: temporary() };
    const before = readdirSync(directory);
    const output = execFileSync('unshare', argv, { encoding: 'utf8', env });
    expect(readdirSync(directory)).toEqual(before);
    expect(readdirSync(temporary())).toEqual([]);
    return JSON.parse(output);
  }

  const temporary = () => {
    const directory = join(world.cwd, 'tmp');
    mkdirSync(directory, { recursive: true });
    return directory;
  };
  const home = () => {
    const directory = join(world.cwd, 'a home? 100%');
    mkdirSync(directory);
    path = join(directory, 'manifest.db');
    return directory;
  };
  const expected = { services: ['payments'], refusal: 'ERR_MANIFEST_ACCESS' };

  it('a manifest on a read-only file system is read when no process has it open', async () => {
    const directory = home();
    await makeManifest();
    const sql = await openSqlite(path, path, 0);
    sql.exec(`PRAGMA journal_mode=WAL; INSERT INTO services (name, spec) VALUES ('payments', '{}')`);
    sql.close();
    expect(readdirSync(directory)).toEqual(['manifest.db']);
    expect(await readOnly(directory)).toEqual(expected);
  });

  it('a manifest on a read-only mount is read while another process writes', async () => {
    const directory = home();
    await makeManifest();
    const manifest = await open();
    issue(manifest, 1, 'payments');
    expect(readdirSync(directory)).toEqual(['manifest.db', 'manifest.db-shm', 'manifest.db-wal']);
    expect(await readOnly(directory)).toEqual(expected);
    manifest.close();
  });

  it('the -wal file that a crash left is read in a private copy', async () => {
    await makeManifest();
    const manifest = await open();
    issue(manifest, 1, 'payments');
    const crashed = path;
    const directory = home();
    for (const suffix of ['', '-wal']) copyFileSync(`${crashed}${suffix}`, `${path}${suffix}`);
    expect(await readOnly(directory)).toEqual(expected);
    manifest.close();
  });
});
