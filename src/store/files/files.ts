// Implements the file system of the world: bounded reads, durable replacement, links, directories, destruction of keys.
// `world/real` hands it to every command; tests run it over other steps. Every durable write goes through `file-steps.ts`.
import * as fs from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../errors/error.ts';
import { systemErrorCode, systemErrorReason } from '../../errors/system-error.ts';
import { reading, writeFailure, writing } from './file-failure.ts';
import { nodeSteps, type FileSteps } from './file-steps.ts';
import { openPlain } from './plain-file.ts';
import { fileChunks, stageFile, temporaryBeside, TEMPORARY } from './staged-file.ts';
import type { Ownership } from '../../world/files.ts';
import type { FileStatus, Files } from '../../world/files.ts';

/** Removes the half-written files that a crash left in a directory. The caller holds the lock that all writers to it need. */
export function removeLeftovers(files: Files, directory: string): void {
  for (const name of files.list(directory)) if (name.startsWith(TEMPORARY)) files.remove(join(directory, name));
}

/** Number of paths up to which single fsyncs are quicker than starting `sync`. */
const FEW_PATHS = 24;
const FSYNC_PARALLEL = 16;

/** Builds the file system over a set of steps; reading needs no steps. */
export function filesOver(steps: FileSteps): Files {
  function create(path: string, bytes: Uint8Array, mode: number, durable: boolean, owner?: Ownership): FileStatus {
    const descriptor = steps.create(path, mode, owner);
    try {
      try {
        steps.write(descriptor, bytes);
        const status = toStatus(steps.settle(descriptor, mode));
        if (durable) steps.sync(descriptor);
        return status;
      } finally {
        steps.close(descriptor);
      }
    } catch (cause) {
      steps.remove(path);
      throw cause;
    }
  }

  /** Makes something under a temporary name beside `path`, then renames it to `path`. */
  function switchIn(path: string, make: (temporary: string) => void): void {
    const temporary = temporaryBeside(path);
    make(temporary);
    try {
      steps.rename(temporary, path);
    } catch (cause) {
      steps.remove(temporary);
      throw cause;
    }
  }

  function newDirectory(path: string, mode: number): string[] {
    const kind = statusOf(path, fs.statSync)?.kind;
    if (kind === 'directory') return [];
    if (kind !== undefined) throw failure('ERR_FILE_WRITE', { path, reason: 'it is not a directory', previous: true });
    const parent = dirname(path);
    const gained = parent === path ? [] : newDirectory(parent, mode);
    steps.makeDirectory(path, mode);
    return [...gained, parent];
  }

  return {
    read: (path, limit) => reading(path, () => readBounded(path, limit, fs.constants.O_RDONLY, openPlain)?.bytes),
    readInput: (path, limit) =>
      reading(path, () => readBounded(path, limit, fs.constants.O_RDONLY, fs.openSync)?.bytes),
    readOwn: (path, limit) =>
      reading(path, () => readBounded(path, limit, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW, openPlain)),
    readLink: path =>
      reading(path, () => (statusOf(path, fs.lstatSync)?.kind === 'link' ? fs.readlinkSync(path) : undefined)),
    status: path => reading(path, () => statusOf(path, fs.statSync)),
    linkStatus: path => reading(path, () => statusOf(path, fs.lstatSync)),
    obstacle: directory => reading(directory, () => obstacle(directory)),
    list: directory => reading(directory, () => (fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [])),
    makeDirectory: (path, mode) =>
      writing(path, () => {
        for (const gained of newDirectory(path, mode)) steps.syncDirectory(gained);
      }),
    newDirectory: (path, mode) => writing(path, () => newDirectory(path, mode)),
    replace: (path, bytes, mode, owner) =>
      writing(path, () => {
        switchIn(path, temporary => create(temporary, bytes, mode, true, owner));
        steps.syncDirectory(dirname(path));
      }),
    stage: (path, mode) => stageFile(steps, path, mode),
    chunks: (path, size) => fileChunks(path, size),
    createExclusive: (path, bytes, mode) =>
      writing(path, () => {
        create(path, bytes, mode, true);
        try {
          steps.syncDirectory(dirname(path));
        } catch (cause) {
          steps.remove(path);
          throw cause;
        }
      }),
    writeNew: (path, bytes, mode, owner) => writing(path, () => create(path, bytes, mode, false, owner)),
    setAccess: (path, mode, owner) => writing(path, () => steps.setAccess(path, mode, owner)),
    switchLink: (path, target, durability) =>
      writing(path, () => {
        switchIn(path, temporary => steps.link(target, temporary));
        if (durability === 'durable') steps.syncDirectory(dirname(path));
      }),
    rename: (from, to) =>
      writing(to, () => {
        steps.rename(from, to);
        steps.syncDirectory(dirname(to));
      }),
    remove: path => writing(path, () => steps.remove(path)),
    destroy: (path, noise) =>
      writing(path, () => {
        const status = statusOf(path, fs.lstatSync);
        if (status === undefined) return;
        if (status.kind === 'file') {
          const descriptor = steps.openOver(path);
          try {
            steps.write(descriptor, noise(status.size));
            steps.sync(descriptor);
          } finally {
            steps.close(descriptor);
          }
        }
        steps.remove(path);
        steps.syncDirectory(dirname(path));
      }),
    syncAll: async (directories, paths) => {
      if (paths.length > FEW_PATHS && (await syncFileSystems(directories))) return;
      await syncEach(paths);
    },
    copyAside: paths =>
      writing(tmpdir(), () => {
        const directory = fs.mkdtempSync(join(tmpdir(), 'svcauth-'));
        for (const path of paths) fs.copyFileSync(path, join(directory, basename(path)));
        return directory;
      }),
  };
}

export const nodeFiles: Files = filesOver(nodeSteps);

/** Returns the status of a path, or undefined when it is missing. A path below a plain file is missing. */
function statusOf(path: string, stat: typeof fs.statSync): FileStatus | undefined {
  try {
    const found = stat(path, { throwIfNoEntry: false });
    return found === undefined ? undefined : toStatus(found);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOTDIR') return undefined;
    throw cause;
  }
}

function obstacle(path: string): { readonly path: string; readonly reason: string } | undefined {
  const kind = statusOf(path, fs.statSync)?.kind;
  if (kind === undefined && statusOf(path, fs.lstatSync) !== undefined) {
    return { path, reason: 'it is a symbolic link to nothing' };
  }
  if (kind === undefined) return obstacle(dirname(path));
  if (kind !== 'directory') return { path, reason: 'it is not a directory' };
  try {
    fs.accessSync(path, fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (cause) {
    return { path, reason: systemErrorReason(cause) };
  }
}

function toStatus(stat: fs.Stats): FileStatus {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'other';
  const { size, uid, gid, ctimeMs: changed, ino: inode } = stat;
  return { kind, mode: stat.mode & 0o7777, size, uid, gid, changed, inode };
}

type Open = (path: string, flags: number) => number;

function readBounded(path: string, limit: number, flags: number, open: Open) {
  const descriptor = openIfThere(path, flags, open);
  if (descriptor === undefined) return undefined;
  try {
    const status = toStatus(fs.fstatSync(descriptor));
    // a pipe (`--passphrase-file <(…)`) has no size, so the read itself is bounded too
    const buffer = new Uint8Array(status.kind === 'file' ? Math.min(status.size, limit) + 1 : limit + 1);
    let length = status.kind === 'file' && status.size > limit ? buffer.length : 0;
    while (length < buffer.length) {
      const count = fs.readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length > limit) {
      throw failure('ERR_FILE_READ', {
        what: 'file',
        path,
        reason: `it is larger than the ${limit} bytes allowed here`,
      });
    }
    return { bytes: buffer.subarray(0, length), status };
  } finally {
    fs.closeSync(descriptor);
  }
}

function openIfThere(path: string, flags: number, open: Open): number | undefined {
  try {
    return open(path, flags);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '')) return undefined;
    throw cause;
  }
}

/** Calls syncfs(2) through coreutils: one call for any number of files. Returns false where `sync -f` is not available. */
async function syncFileSystems(directories: readonly string[]): Promise<boolean> {
  // on other systems `sync` returns before the data is on the disk
  if (platform() !== 'linux') return false;
  const { execFile } = await import('node:child_process');
  return new Promise(resolve => {
    // one directory on each file system is enough
    const byDevice = new Map(directories.map(directory => [fs.statSync(directory).dev, directory]));
    execFile('sync', ['-f', ...byDevice.values()], error => resolve(error === null));
  });
}

async function syncEach(paths: readonly string[]): Promise<void> {
  const { open } = await import('node:fs/promises');
  const queue = paths.values();
  const worker = async () => {
    for (const path of queue) {
      try {
        const handle = await open(path, 'r');
        await handle.sync().finally(() => handle.close());
      } catch (cause) {
        throw writeFailure(path, cause);
      }
    }
  };
  await Promise.all(Array.from({ length: FSYNC_PARALLEL }, worker));
}
