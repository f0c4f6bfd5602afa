// Opens manifest.db, also on a read-only file system or in an older format; makes, copies and upgrades manifests.
// `sqlite-manifest.ts` and the rehearsal of a compromised CA call it. Only a connection that is to change the file upgrades it; a
// command that reads leaves an older file as it is, and answers from a private copy in the current format.
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SvcauthError, failure } from '../../errors/error.ts';
import { MIGRATIONS, migrate, repairsOf, requireKnownFormat } from './migrations.ts';
import { requireSchema } from './schema.ts';
import { openSqlite, sqliteCode, type Sql } from './sqlite.ts';
import type { Files } from '../../world/files.ts';

/** A connection to a manifest of the current format. */
export interface ManifestConnection {
  readonly sql: Sql;
  /** Reason why every transaction is refused; absent if there is none. */
  readonly readOnly?: string;
  /** Closes the file; `changed` is true when there was a transaction. */
  close(changed: boolean): void;
}

/** Milliseconds to wait for another process's transaction. */
const BUSY_TIMEOUT = 2000;

const SETTINGS = 'PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;';

/** Makes an empty manifest; refuses a file that exists. */
export async function createConnection(files: Files, path: string): Promise<ManifestConnection> {
  // SQLite gives its -wal and -shm files the mode of the database
  files.createExclusive(path, new Uint8Array(), 0o600);
  const sql = await openSqlite(path, path, BUSY_TIMEOUT);
  // not WAL yet: a new manifest is moved into place with its directory, and must be a single file then
  sql.exec(SETTINGS);
  migrate(sql);
  return { sql, close: () => sql.close() };
}

/** The upgrade of a file that is opened for a change. `record` writes the audit record, in the transaction of the upgrade. */
export interface Upgrade {
  record(sql: Sql, from: number, copy: string): void;
}

/** Opens a manifest. With `upgrade` the caller holds the lock of the home, and a file of an older format is upgraded. */
export async function openConnection(files: Files, path: string, upgrade?: Upgrade): Promise<ManifestConnection> {
  const size = files.status(path)?.size;
  if (size === undefined) throw failure('ERR_MANIFEST_CORRUPT', { path, problem: 'the file is missing' });
  try {
    return await openWritable(files, path, upgrade);
  } catch (cause) {
    if (!isUnwritable(cause)) throw cause;
    return openReadOnly(files, path);
  }
}

async function openWritable(files: Files, path: string, upgrade: Upgrade | undefined): Promise<ManifestConnection> {
  const sql = await openSqlite(path, path, BUSY_TIMEOUT);
  try {
    const found = await requireManifest(sql);
    if (found < MIGRATIONS.length && upgrade === undefined)
      return await readOlder(files, sql, found, () => sql.close());
    sql.exec(`PRAGMA journal_mode=WAL; ${SETTINGS}`);
    if (upgrade !== undefined && found < MIGRATIONS.length) await upgradeWithCopy(files, sql, found, upgrade);
  } catch (cause) {
    sql.close();
    throw cause;
  }
  return {
    sql,
    close: changed => {
      if (changed) emptyWal(sql);
      sql.close();
    },
  };
}

/** Upgrades a file, after it made a copy beside it: an older svcauth cannot read the new format. */
async function upgradeWithCopy(files: Files, sql: Sql, found: number, upgrade: Upgrade): Promise<void> {
  const copy = freeName(files, `${sql.path}.v${found}`);
  try {
    await copyTo(files, sql, copy);
    migrate(sql, MIGRATIONS, from => upgrade.record(sql, from, basename(copy)));
  } catch (cause) {
    // the file has its old format, so the copy is of no use
    files.remove(copy);
    throw cause;
  }
}

function freeName(files: Files, stem: string): string {
  for (let number = 1; ; number++) {
    if (files.linkStatus(`${stem}-${number}`) === undefined) return `${stem}-${number}`;
  }
}

/** Copies the content of a connection to a new file, durable on return. */
async function copyTo(files: Files, sql: Sql, to: string): Promise<void> {
  files.createExclusive(to, new Uint8Array(), 0o600);
  sql.run('VACUUM INTO ?', to);
  await files.syncAll([dirname(to)], [to, dirname(to)]);
}

/** Reads a file of an older format in a private copy that has the current one. Closes `sql` in any case. */
async function readOlder(files: Files, sql: Sql, found: number, close: () => void): Promise<ManifestConnection> {
  const directory = files.copyAside([]);
  const path = join(directory, basename(sql.path));
  try {
    sql.run('VACUUM INTO ?', path);
    const copy = await openSqlite(sql.path, path, BUSY_TIMEOUT);
    copy.exec('PRAGMA synchronous=OFF');
    migrate(copy);
    close();
    return {
      sql: copy,
      readOnly: `it has format ${found}, and only a command that changes something upgrades it`,
      close: () => {
        copy.close();
        files.remove(directory);
      },
    };
  } catch (cause) {
    files.remove(directory);
    throw cause;
  }
}

/**
 * Moves the -wal file into manifest.db, so a copy of manifest.db alone is complete. libsql does this only when its process exits,
 * and not at all after process.exit.
 */
function emptyWal(sql: Sql): void {
  try {
    // without waiting: if another process reads or writes now, a later run does it
    sql.exec('PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE);');
  } catch {
    // the written data is durable in the -wal file, and stays there
  }
}

/**
 * Opens a manifest on a read-only file system. WAL wants to write beside the database even to read it, which fails there unless
 * another process keeps the -wal and -shm files. Without a -wal file no process writes and the database alone is complete: it is
 * opened as immutable. A -wal file that a crash left is replayed in a private copy.
 */
async function openReadOnly(files: Files, path: string): Promise<ManifestConnection> {
  const wal = `${path}-wal`;
  const pendingFrames = (files.status(wal)?.size ?? 0) > 0;
  const copy = pendingFrames ? files.copyAside([path, wal]) : undefined;
  const location = copy === undefined ? `${pathToFileURL(path).href}?immutable=1` : join(copy, basename(path));
  const removeCopy = () => {
    if (copy !== undefined) files.remove(copy);
  };
  try {
    const sql = await openSqlite(path, location, BUSY_TIMEOUT);
    const close = () => {
      sql.close();
      removeCopy();
    };
    const found = await requireManifest(sql);
    if (found < MIGRATIONS.length) return await readOlder(files, sql, found, close);
    return { sql, readOnly: 'the file system is read-only', close };
  } catch (cause) {
    removeCopy();
    throw cause;
  }
}

/** Copies a manifest to a file that must not exist, also while other processes write. Changes nothing at `from`. */
export async function copyManifest(files: Files, from: string, to: string): Promise<void> {
  const connection = await openConnection(files, from);
  try {
    await copyTo(files, connection.sql, to);
  } finally {
    connection.close(false);
  }
}

/** Requires a manifest with the schema of its format, and returns the format. */
async function requireManifest(sql: Sql): Promise<number> {
  const found = requireKnownFormat(sql);
  if (found === 0) throw failure('ERR_MANIFEST_CORRUPT', { path: sql.path, problem: 'it holds no manifest' });
  if (repairsOf(sql).length === 0) await requireSchema(sql, MIGRATIONS.slice(0, found));
  return found;
}

function isUnwritable(error: unknown): boolean {
  const code = error instanceof SvcauthError ? sqliteCode(error.cause) : undefined;
  return code !== undefined && /^SQLITE_(CANTOPEN|READONLY)/.test(code);
}
