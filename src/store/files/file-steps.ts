// Defines the system calls behind a write to disk, and implements them with node:fs.
// `files.ts` and `staged-file.ts` combine them, and decide the order of the calls and the durability of the result.
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { systemErrorCode } from '../../errors/system-error.ts';
import type { Ownership } from '../../world/files.ts';

/**
 * The system calls that change a disk, one by one. Every write of this program consists of these calls, and a test can stop
 * it between any two of them.
 */
export interface FileSteps {
  /**
   * Opens a file that must not exist, never through a link; it never has more than `mode`. With an owner it has mode 0600, so no
   * other account can open it before `settle`.
   */
  create(path: string, mode: number, owner?: Ownership): number;
  /** Sets the exact mode of a created file, whatever the umask, and returns its status. */
  settle(descriptor: number, mode: number): fs.Stats;
  /** Opens an existing file to overwrite its content, never through a link. */
  openOver(path: string): number;
  /** Sets mode and owner of an existing file, never through a link. */
  setAccess(path: string, mode: number, owner?: Ownership): void;
  write(descriptor: number, bytes: Uint8Array): void;
  sync(descriptor: number): void;
  /** Makes a file durable without blocking other work. */
  syncAside(descriptor: number): Promise<void>;
  close(descriptor: number): void;
  /** Renames in one atomic step; replaces a file or link, or an empty directory by a directory. */
  rename(from: string, to: string): void;
  link(target: string, path: string): void;
  /** Makes a directory with exactly `mode`, whatever the umask. */
  makeDirectory(path: string, mode: number): void;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): void;
  /** Removes a file, link or whole tree; a missing one is not an error. */
  remove(path: string): void;
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants;

export const nodeSteps: FileSteps = {
  create: (path, mode, owner) => {
    const descriptor = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, owner ? 0o600 : mode);
    try {
      if (owner) fs.fchownSync(descriptor, owner.uid, owner.gid);
      return descriptor;
    } catch (cause) {
      fs.closeSync(descriptor);
      fs.rmSync(path);
      throw cause;
    }
  },
  settle: withMode,
  openOver: path => fs.openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK),
  setAccess: (path, mode, owner) => {
    // a pipe that took the place of the file must not block the run
    const descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (owner) fs.fchownSync(descriptor, owner.uid, owner.gid);
      fs.fchmodSync(descriptor, mode);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  write: (descriptor, bytes) => {
    for (let offset = 0; offset < bytes.length;) offset += fs.writeSync(descriptor, bytes, offset);
  },
  sync: descriptor => fs.fsyncSync(descriptor),
  syncAside: promisify(fs.fsync),
  close: descriptor => fs.closeSync(descriptor),
  rename: (from, to) => fs.renameSync(from, to),
  link: (target, path) => fs.symlinkSync(target, path),
  makeDirectory: (path, mode) => {
    fs.mkdirSync(path, { mode });
    if ((fs.lstatSync(path).mode & PERMISSIONS) === mode) return;
    const descriptor = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      withMode(descriptor, mode);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  syncDirectory: path => {
    const descriptor = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  remove: path => fs.rmSync(path, { recursive: true, force: true }),
};

const PERMISSIONS = 0o777;

/**
 * Sets the exact permissions, whatever the umask of a cron job. The set-group-ID bit that a directory inherits stays, unless a sandbox
 * forbids to name it (systemd's RestrictSUIDSGID). A file system without modes keeps its own.
 */
function withMode(descriptor: number, mode: number): fs.Stats {
  const status = fs.fstatSync(descriptor);
  if ((status.mode & PERMISSIONS) === (mode & PERMISSIONS)) return status;
  const inherited = status.mode & 0o7000;
  for (const wanted of inherited === 0 ? [mode] : [inherited | mode, mode]) {
    try {
      fs.fchmodSync(descriptor, wanted);
      break;
    } catch (cause) {
      if (systemErrorCode(cause) !== 'EPERM') throw cause;
    }
  }
  return fs.fstatSync(descriptor);
}
