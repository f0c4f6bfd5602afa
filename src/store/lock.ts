// Lets only one run change a home at a time, and names the holder of the lock to other runs.
// `store/open-pki.ts` and the rehearsal of a compromised CA call it. Commands that only read take no lock.
import type { World } from '../world/world.ts';
import { failure, SvcauthError } from '../errors/error.ts';
import { instantText } from '../time/instant-text.ts';
import { utf8 } from '../pki/bytes.ts';
import { whereWritable } from './files/file-failure.ts';
import type { Home } from './home.ts';
import { openSqlite, sqliteCode } from './manifest/sqlite.ts';
import type { Files } from '../world/files.ts';

/** The exclusive right to change a home. */
export interface Lock {
  release(): void;
}

/** Default time to wait for another run, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Takes the lock of a home, or throws ERR_LOCKED naming its holder after `patience` milliseconds. `command` is `issue`,
 * `crl refresh`, … It is SQLite's lock on lock.db, a lock of the kernel: it ends with its process, however that ends, and is
 * never stale. No other code may open lock.db: when a process closes a file, POSIX drops all its locks on that file.
 */
export async function lockHome(
  world: Pick<World, 'files' | 'now' | 'actor' | 'pid'>,
  home: Home,
  command: string,
  patience: number = PATIENCE,
): Promise<Lock> {
  const { files } = world;
  makeLockFile(files, home.lock);
  const sql = await openSqlite(home.lock, home.lock, patience);
  try {
    sql.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    sql.close();
    if (!isBusy(cause)) throw cause;
    const holder = readNote(files, home.lockNote);
    throw failure('ERR_LOCKED', { home: home.directory, waited: patience, ...(holder && { holder }) }, cause);
  }
  const release = (): void => {
    sql.exec('ROLLBACK');
    sql.close();
  };
  try {
    const text = `"svcauth ${command}" of ${world.actor}, pid ${world.pid}, since ${instantText(world.now)}`;
    whereWritable(() => writeNote(files, home.lockNote, text));
  } catch (cause) {
    release();
    throw cause;
  }
  return {
    release: () => {
      try {
        whereWritable(() => files.remove(home.lockNote));
      } finally {
        release();
      }
    },
  };
}

/** Runs `work` while holding the lock of a home. Throws ERR_LOCKED. */
export async function withLock<T>(
  world: Pick<World, 'files' | 'now' | 'actor' | 'pid'>,
  home: Home,
  command: string,
  work: () => Promise<T> | T,
): Promise<T> {
  const lock = await lockHome(world, home, command);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Makes the lock file with mode 0600: an account that may read it could take the lock. */
function makeLockFile(files: Files, path: string): void {
  if (files.linkStatus(path) !== undefined) return;
  try {
    files.writeNew(path, new Uint8Array(), 0o600);
  } catch (cause) {
    // another run was quicker
    if (files.linkStatus(path) === undefined) throw cause;
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof SvcauthError && (sqliteCode(error.cause)?.startsWith('SQLITE_BUSY') ?? false);

const NOTE_LIMIT = 4096;

/** Writes the name of the holder, for people only: neither durable nor atomic, and no decision depends on it. */
function writeNote(files: Files, path: string, text: string): void {
  files.remove(path);
  files.writeNew(path, utf8(text), 0o600);
}

function readNote(files: Files, path: string): string | undefined {
  const bytes = files.read(path, NOTE_LIMIT);
  if (bytes === undefined || bytes.length === 0) return undefined;
  return new TextDecoder().decode(bytes).replace(/[^\x20-\x7e]/g, '?');
}
