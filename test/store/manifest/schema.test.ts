import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SvcauthError } from '../../../src/errors/error.ts';
import { MIGRATIONS } from '../../../src/store/manifest/migrations.ts';
import { SCHEMA_DIGESTS } from '../../../src/store/manifest/schema-digests.ts';
import { schemaAfter, schemaDigest, schemaOf } from '../../../src/store/manifest/schema.ts';
import { createManifest, openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { fakeWorld, type FakeWorld } from '../../support/world/world.ts';

const FILE = join(import.meta.dirname, '../../../src/store/manifest/schema-digests.ts');

describe('the digests of the schemas', () => {
  it('every step makes the schema whose digest is recorded', async () => {
    const digests = await Promise.all(
      MIGRATIONS.map(async (_, index) => schemaDigest(await schemaAfter(MIGRATIONS.slice(0, index + 1)))),
    );
    if (process.env.UPDATE_SCHEMAS !== undefined) {
      const list = digests.map(digest => `  '${digest}',\n`).join('');
      const [head] = (await import('node:fs')).readFileSync(FILE, 'utf8').split('export const');
      writeFileSync(FILE, `${head}export const SCHEMA_DIGESTS: readonly string[] = [\n${list}];\n`);
      return;
    }
    expect(digests).toEqual(SCHEMA_DIGESTS);
  });

  // the engine of a manifest changes with the version of Node: libsql there, SQLite of Node here
  it.skipIf(spawnSync('sqlite3', ['--version']).status !== 0)(
    'another version of SQLite makes the same schema (needs sqlite3)',
    async () => {
      const world = fakeWorld();
      const path = join(world.cwd, 'other.db');
      execFileSync('sqlite3', [path], { input: MIGRATIONS.map(step => `BEGIN; ${step}; COMMIT;`).join('\n') });
      const sql = await openSqlite(path, path, 0);
      expect(schemaDigest(schemaOf(sql))).toBe(SCHEMA_DIGESTS.at(-1));
      sql.close();
    },
  );
});

describe('an edited schema', () => {
  let world: FakeWorld;
  let path: string;
  beforeEach(async () => {
    world = fakeWorld();
    path = join(world.cwd, 'manifest.db');
    (await createManifest(world, path)).close();
  });

  const edit = (sql: string) => void execFileSync('sqlite3', [path, sql]);
  const refusal = async (): Promise<SvcauthError> => {
    const outcome: unknown = await openManifest(world, path).catch((thrown: unknown) => thrown);
    if (outcome instanceof SvcauthError) return outcome;
    throw new Error('it was opened');
  };
  const hasTool = spawnSync('sqlite3', ['--version']).status === 0;

  it.skipIf(!hasTool).each([
    ['an added column', 'ALTER TABLE services ADD COLUMN owner TEXT', 'table "services" was changed'],
    ['an added index', 'CREATE INDEX mine ON services (spec)', 'index "mine" was added'],
    ['a missing index', 'DROP INDEX intents', 'index "intents" is missing'],
    ['a missing trigger', 'DROP TRIGGER audit_is_never_cut', 'trigger "audit_is_never_cut" is missing'],
    [
      'another trigger',
      'DROP TRIGGER audit_is_never_cut; CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit BEGIN SELECT 1; END',
      'trigger "audit_is_never_cut" was changed',
    ],
    ['a missing table', 'DROP TABLE acknowledgements', 'table "acknowledgements" is missing'],
  ])('%s is an error of its own (needs sqlite3)', async (_, sql, difference) => {
    edit(sql);
    const error = await refusal();
    expect([error.code, error.exitStatus]).toEqual(['ERR_MANIFEST_SCHEMA', 9]);
    expect(error.message).toBe(
      `the tables of the manifest "${path}" were edited: ${difference} (format ${MIGRATIONS.length}); nothing was changed`,
    );
    const [, command] = /^undo the edit: (.*)$/s.exec(error.hints[0]!) ?? [];
    if (command === undefined) return expect(error.hints[0]).toContain('restore manifest.db from a backup');
    execFileSync('sh', ['-c', command]);
    (await openManifest(world, path)).close();
  });

  it.skipIf(!hasTool)('the tables of Litestream are not an edit (needs sqlite3)', async () => {
    edit('CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)');
    (await openManifest(world, path)).close();
  });
});
