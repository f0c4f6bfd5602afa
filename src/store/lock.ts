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

/** Shortest wait to take the lock again: results of work outside wait to be recorded. */
const RETURN_PATIENCE = 60_000;

type LockWorld = Pick<World, 'files' | 'now' | 'actor' | 'pid' | 'lockWait'>;

/**
 * Takes the lock of a home, or throws ERR_LOCKED naming its holder after `patience` milliseconds. `command` is `issue`,
 * `crl refresh`, … It is SQLite's lock on lock.db, a lock of the kernel: it ends with its process, however that ends, and is
 * never stale. No other code may open lock.db: when a process closes a file, POSIX drops all its locks on that file.
 */
export async function lockHome(
  world: LockWorld,
  home: Home,
  command: string,
  patience: number = world.lockWait ?? PATIENCE,
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

/** Runs work without the lock of a home, then takes it again. Another run may have changed everything meanwhile. */
export type OutsideLock = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs `work` while holding the lock of a home, except for what it runs outside. Throws ERR_LOCKED, and ERR_LOCK_LOST after that. */
export async function withLock<T>(
  world: LockWorld,
  home: Home,
  command: string,
  work: (outside: OutsideLock) => Promise<T> | T,
): Promise<T> {
  let lock: Lock | undefined = await lockHome(world, home, command);
  const outside: OutsideLock = async inner => {
    // work outside the lock may contain more of it
    if (lock === undefined) return inner();
    lock.release();
    lock = undefined;
    const result = await inner();
    lock = await lockAgain(world, home, command);
    return result;
  };
  try {
    return await work(outside);
  } finally {
    // undefined when it could not be taken again
    (lock as Lock | undefined)?.release();
  }
}

/** Takes the lock after work outside it. Throws ERR_LOCK_LOST: what the run did before is recorded. */
async function lockAgain(world: LockWorld, home: Home, command: string): Promise<Lock> {
  try {
    return await lockHome(world, home, command, Math.max(world.lockWait ?? PATIENCE, RETURN_PATIENCE));
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    const isHeld = cause.code === 'ERR_LOCKED';
    const holder = isHeld ? (readNote(world.files, home.lockNote) ?? 'another run') : undefined;
    throw failure(
      'ERR_LOCK_LOST',
      { home: home.directory, problem: holder ? `${holder} has it` : cause.oneLine },
      cause,
    );
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
