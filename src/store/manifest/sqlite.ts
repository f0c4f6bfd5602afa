// Opens an SQLite file and runs statements on it, with errors translated into our catalogue.
// The tables of the manifest and the lock of the home use it. It knows no table, sets no pragma, and alone imports libsql.
import type Libsql from 'libsql';
import { failure, type SvcauthError } from '../../errors/error.ts';

export type SqlValue = string | number | Uint8Array | null;
/** libsql gives octets as a Buffer from `get` and as an ArrayBuffer from `all`: see `bytesOf`. */
export type SqlRow = Readonly<Record<string, SqlValue | ArrayBuffer>>;

/** One connection. It prepares a statement once; an error of SQLite becomes a catalogue error about `path`. */
export interface Sql {
  readonly path: string;
  exec(sql: string): void;
  /** Runs a statement and returns the number of rows changed. */
  run(sql: string, ...parameters: readonly SqlValue[]): number;
  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined;
  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[];
  /** Returns true while a BEGIN is still open. */
  inTransaction(): boolean;
  close(): void;
}

/**
 * Opens a database. `location` is a path or a `file:` URI; `path` names it in errors. Waits at most `timeout` ms for another
 * connection.
 */
export async function openSqlite(path: string, location: string, timeout: number): Promise<Sql> {
  const { default: Database } = await import('libsql');
  const translated = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw sqliteFailure(path, cause);
    }
  };
  const database = translated(() => new Database(location, { timeout }));
  const prepared = new Map<string, Libsql.Statement<[readonly SqlValue[]]>>();
  const statement = (sql: string) => {
    let found = prepared.get(sql);
    if (found === undefined) prepared.set(sql, (found = database.prepare<[readonly SqlValue[]]>(sql)));
    return found;
  };
  return {
    path,
    exec: sql => translated(() => void database.exec(sql)),
    // parameters are always one array: libsql aborts the process when a single byte string is the only argument
    run: (sql, ...parameters) => translated(() => statement(sql).run(parameters).changes),
    get: (sql, ...parameters) => translated(() => statement(sql).get(parameters) as SqlRow | undefined),
    // never iterate: a loop that ends early leaves the statement open, and with it the reader's snapshot
    all: (sql, ...parameters) => translated(() => statement(sql).all(parameters) as SqlRow[]),
    inTransaction: () => database.inTransaction,
    close: () => translated(() => void database.close()),
  };
}

/** Returns SQLite's result code (`SQLITE_CONSTRAINT_UNIQUE`), or undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error.code;
  // libsql gives no code when it cannot open a file, only this message
  return error.message.startsWith('ConnectionFailed(') ? 'SQLITE_CANTOPEN' : undefined;
}

const UNWRITABLE: readonly (readonly [code: string, reason: string])[] = [
  ['SQLITE_FULL', 'no space is left on the disk'],
  ['SQLITE_READONLY', 'it is read-only'],
  ['SQLITE_CANTOPEN', 'it cannot be opened, or its directory is read-only'],
  ['SQLITE_IOERR', 'input/output error: the disk may be full or failing'],
];

function sqliteFailure(path: string, cause: unknown): unknown {
  const code = sqliteCode(cause);
  if (code === undefined) return cause;
  return knownFailure(path, code, (cause as Error).message, cause) ?? cause;
}

function knownFailure(path: string, code: string, problem: string, cause: unknown): SvcauthError | undefined {
  const is = (prefix: string) => code === prefix || code.startsWith(`${prefix}_`);
  if (is('SQLITE_BUSY') || is('SQLITE_LOCKED')) return failure('ERR_MANIFEST_BUSY', { path }, cause);
  if (is('SQLITE_CORRUPT') || is('SQLITE_NOTADB')) return failure('ERR_MANIFEST_CORRUPT', { path, problem }, cause);
  if (is('SQLITE_CONSTRAINT')) return failure('ERR_MANIFEST_CONFLICT', { problem }, cause);
  const reason = UNWRITABLE.find(([prefix]) => is(prefix))?.[1];
  return reason === undefined ? undefined : failure('ERR_MANIFEST_ACCESS', { path, reason }, cause);
}

/** Rows of one INSERT: few crossings into the engine, and far below its limit of parameters. */
const ROWS_AT_ONCE = 50;

/** Inserts many rows with few statements; `conflict` is the ON CONFLICT clause, if any. */
export function insertRows(
  sql: Sql,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
  conflict = '',
): void {
  const row = `(${columns.map(() => '?').join(',')})`;
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const chunk = rows.slice(start, start + ROWS_AT_ONCE);
    const values = chunk.map(() => row).join(',');
    sql.run(`INSERT INTO ${table} (${columns.join(',')}) VALUES ${values} ${conflict}`, ...chunk.flat());
  }
}
