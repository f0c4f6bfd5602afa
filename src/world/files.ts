// Declares the operations on files that a world offers, each with its durability and its treatment of links.
// `store/files` implements them on the disk; rehearsals, plans and tests wrap or replace them. It holds types only.

/** User and group numbers for chown(2); -1 leaves a number unchanged. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}
/** A file in the making, invisible until `commit`. After a throw the caller may only call `discard`. */
export interface StagedFile {
  /** Bytes written so far. */
  readonly size: number;
  write(bytes: Uint8Array): void;
  /** Reads back the bytes written, in pieces of `size` bytes, each valid until the next. */
  chunks(size: number): Iterable<Uint8Array>;
  /** Makes the content durable under its temporary name, without blocking other work. No write may follow. */
  seal(): Promise<void>;
  /** Gives a sealed file its name, replacing the previous file; durable on return. */
  commit(): void;
  /** Removes the file; does nothing after `commit`. */
  discard(): void;
}
/** Status of a path or of the target of a link: see the method that returns it. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Size in bytes. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** Last change of content, name or mode, in milliseconds since 1970. No program can set it back (POSIX st_ctime). */
  readonly changed: number;
  /** Number of the file in its file system: a file that replaced another one has another number. */
  readonly inode: number;
}

/**
 * The file system as this program uses it; paths are absolute. It is an argument, so a test can fail or interrupt any single
 * step. A failed read is ERR_FILE_READ, a failed write ERR_FILE_WRITE; both name the path and the reason.
 */
export interface Files {
  /**
   * Reads a whole file; a missing one is undefined. Refuses a file of more than `limit` bytes before it reads, and a pipe or device,
   * which could block the run for ever.
   */
  read(path: string, limit: number): Uint8Array | undefined;
  /** Reads like `read`, also from a pipe or device: for paths that the operator gave, as `<(command)`. */
  readInput(path: string, limit: number): Uint8Array | undefined;
  /** Reads like `read`, but never through a link, and returns the status of the file it read: for keys. */
  readOwn(path: string, limit: number): { readonly bytes: Uint8Array; readonly status: FileStatus } | undefined;
  /** Returns the target of a link as written; undefined when there is no link. */
  readLink(path: string): string | undefined;
  /** Returns the status of the target of a path; undefined when missing. */
  status(path: string): FileStatus | undefined;
  /** Returns the status of the link itself; undefined when missing. */
  linkStatus(path: string): FileStatus | undefined;
  /**
   * Finds the reason why we cannot make names in a directory, without trying; undefined when it finds none. For a missing
   * directory it looks at the nearest directory above.
   */
  obstacle(directory: string): { readonly path: string; readonly reason: string } | undefined;
  /** Lists the names in a directory, sorted; a missing directory is empty. */
  list(directory: string): readonly string[];
  /** Makes a directory and its missing parents with `mode`, whatever the umask, durable on return. Leaves an existing one as it is. */
  makeDirectory(path: string, mode: number): void;
  /** Makes a directory in a batch. Returns the directories that got a name; it is durable after `syncAll` of these. */
  newDirectory(path: string, mode: number): readonly string[];
  /** Replaces a file: it has the old or the new content, never neither, durable on return. Replaces a link, never writes through it. */
  replace(path: string, bytes: Uint8Array, mode: number, owner?: Ownership): void;
  /** Replaces a file by content that comes in pieces: it grows under a temporary name, and `commit` renames it. */
  stage(path: string, mode: number): StagedFile;
  /** Reads an existing file in pieces of `size` bytes (the last one may be shorter), each valid until the next. */
  chunks(path: string, size: number): Iterable<Uint8Array>;
  /** Writes a new file, durable on return; refuses an existing one. */
  createExclusive(path: string, bytes: Uint8Array, mode: number): void;
  /** Writes a new file in a batch and returns its status; refuses an existing one. Durable after `syncAll`. */
  writeNew(path: string, bytes: Uint8Array, mode: number, owner?: Ownership): FileStatus;
  /** Sets mode and owner of an existing file or directory; refuses a link. */
  setAccess(path: string, mode: number, owner?: Ownership): void;
  /** Points a link at `target` (as written, relative to the link) in one step. `batched`: durable after `syncAll`. */
  switchLink(path: string, target: string, durability: 'durable' | 'batched'): void;
  /** Renames in one atomic step; durable on return when both names are in one directory. */
  rename(from: string, to: string): void;
  /** Removes a file, link or whole tree; a missing one is not an error. */
  remove(path: string): void;
  /** Overwrites a plain file with `noise`, then removes it, each durable before the next; a missing one is not an error. */
  destroy(path: string, noise: (length: number) => Uint8Array): void;
  /** Makes all writes under `directories` durable; `paths` are the files and directories concerned. */
  syncAll(directories: readonly string[], paths: readonly string[]): Promise<void>;
  /** Copies files into a new directory that only we can read, and returns it; the caller removes it. */
  copyAside(paths: readonly string[]): string;
}
