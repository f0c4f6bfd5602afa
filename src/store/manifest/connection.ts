// Opens manifest.db for writing, or reads it on a read-only file system; also makes and copies manifests.
// `sqlite-manifest.ts` and the rehearsal of a compromised CA call it. It knows no table.
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SvcauthError, failure } from '../../errors/error.ts';
import { formatVersion, migrate } from './migrations.ts';
import { openSqlite, sqliteCode, type Sql } from './sqlite.ts';
import type { Files } from '../../world/files.ts';

/** A connection to a manifest of the current format. */
export interface ManifestConnection {
  readonly sql: Sql;
  /** The file system is read-only, so every transaction is refused. */
  readonly readOnly: boolean;
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
  return { sql, readOnly: false, close: () => sql.close() };
}

export async function openConnection(files: Files, path: string): Promise<ManifestConnection> {
  const size = files.status(path)?.size;
  if (size === undefined) throw failure('ERR_MANIFEST_CORRUPT', { path, problem: 'the file is missing' });
  try {
    return await openWritable(path);
  } catch (cause) {
    if (!isUnwritable(cause)) throw cause;
    return openReadOnly(files, path);
  }
}

async function openWritable(path: string): Promise<ManifestConnection> {
  const sql = await openSqlite(path, path, BUSY_TIMEOUT);
  requireManifest(sql);
  sql.exec(`PRAGMA journal_mode=WAL; ${SETTINGS}`);
  migrate(sql);
  return {
    sql,
    readOnly: false,
    close: changed => {
      if (changed) emptyWal(sql);
      sql.close();
    },
  };
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
    requireManifest(sql);
    migrate(sql);
    return {
      sql,
      readOnly: true,
      close: () => {
        sql.close();
        removeCopy();
      },
    };
  } catch (cause) {
    removeCopy();
    throw cause;
  }
}

/** Copies a manifest to a file that must not exist, also while other processes write. Changes nothing at `from`. */
export async function copyManifest(files: Files, from: string, to: string): Promise<void> {
  const connection = await openConnection(files, from);
  try {
    files.createExclusive(to, new Uint8Array(), 0o600);
    connection.sql.run('VACUUM INTO ?', to);
  } finally {
    connection.close(false);
  }
}

function requireManifest(sql: Sql): void {
  if (formatVersion(sql) === 0)
    throw failure('ERR_MANIFEST_CORRUPT', { path: sql.path, problem: 'it holds no manifest' });
}

function isUnwritable(error: unknown): boolean {
  const code = error instanceof SvcauthError ? sqliteCode(error.cause) : undefined;
  return code !== undefined && /^SQLITE_(CANTOPEN|READONLY)/.test(code);
}
