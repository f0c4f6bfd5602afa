import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { insertRows, openSqlite, type Sql } from '../../../src/store/manifest/sqlite.ts';
import { errorOf } from '../../support/errors.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

let path: string;
let sql: Sql;
beforeEach(async () => {
  path = join(tempDirectory(), 'some.db');
  sql = await openSqlite(path, path, 0);
  sql.exec('PRAGMA journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, octets BLOB NOT NULL UNIQUE) STRICT');
});

const insert = 'INSERT INTO t (octets) VALUES (?)';

it('a single octet string works as the only parameter, unlike in libsql', () => {
  expect(sql.run(insert, Uint8Array.of(1, 2, 3).subarray(1))).toBe(1);
  expect(sql.get('SELECT hex(octets) AS hex FROM t')?.hex).toBe('0203');
});

it('insertRows inserts any number of rows, also none', () => {
  for (const count of [0, 1, 49, 50, 51, 500]) {
    sql.exec('DELETE FROM t');
    const rows = Array.from({ length: count }, (_, i) => [i + 1, Uint8Array.of(i >> 8, i)]);
    insertRows(sql, 't', ['id', 'octets'], rows);
    expect(sql.get('SELECT count(*) AS n FROM t')?.n).toBe(count);
  }
});

it('no open reader prevents a checkpoint', async () => {
  const other = await openSqlite(path, path, 0);
  insertRows(
    sql,
    't',
    ['octets'],
    Array.from({ length: 300 }, (_, i) => [Uint8Array.of(i >> 8, i)]),
  );
  sql.get('SELECT * FROM t');
  sql.all('SELECT * FROM t');
  other.run(insert, Uint8Array.of(9, 9, 9));
  expect(other.get('PRAGMA wal_checkpoint(TRUNCATE)')?.busy).toBe(0);
  other.close();
});

describe('errors of SQLite', () => {
  it('a full disk is ERR_MANIFEST_ACCESS', () => {
    sql.exec('PRAGMA max_page_count = 4');
    const { code, message } = errorOf(() => sql.run(insert, new Uint8Array(100_000)));
    expect([code, message]).toEqual([
      'ERR_MANIFEST_ACCESS',
      `cannot use the manifest "${path}": no space is left on the disk; it was not changed`,
    ]);
  });

  it('a broken constraint is ERR_MANIFEST_CONFLICT', () => {
    sql.run(insert, Uint8Array.of(1));
    const error = errorOf(() => sql.run(insert, Uint8Array.of(1)));
    expect([error.code, error.exitStatus]).toEqual(['ERR_MANIFEST_CONFLICT', 9]);
  });

  it('a second writer is ERR_MANIFEST_BUSY', async () => {
    const other = await openSqlite(path, path, 0);
    sql.exec('BEGIN IMMEDIATE');
    expect(errorOf(() => other.exec('BEGIN IMMEDIATE')).code).toBe('ERR_MANIFEST_BUSY');
    sql.exec('ROLLBACK');
    other.close();
  });

  it('a path below a file is reported with its name', async () => {
    await expect(openSqlite('/x', join(path, 'below'), 0)).rejects.toThrow('cannot use the manifest "/x"');
  });

  it('a syntax error stays an error of SQLite', () => {
    expect(() => sql.run('SELEKT 1')).toThrow('syntax error');
    expect(() => errorOf(() => sql.run('SELEKT 1'))).toThrow('syntax error');
  });
});
