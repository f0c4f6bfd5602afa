// Declares the operations on files that a world offers, each with its durability and its treatment of links.
// `store/files` implements them on the disk; rehearsals, plans and tests wrap or replace them. It holds types only.

/** Numbers as chown(2) takes them; -1 leaves that one as it is. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}
/** What will be the content of a file: invisible until `commit`. After a throw only `discard` is left to call. */
export interface StagedFile {
  /** Bytes written so far. */
  readonly size: number;
  write(bytes: Uint8Array): void;
  /** What was written, read back from the file in pieces of `size` bytes, each valid until the next. */
  chunks(size: number): Iterable<Uint8Array>;
  /** Makes the content durable, still under its temporary name, beside other work; nothing is written after this. */
  seal(): Promise<void>;
  /** Gives a sealed file its name, replacing what was there; durable on return. */
  commit(): void;
  /** Removes it; after `commit` it does nothing. */
  discard(): void;
}
/** Of the thing itself, or of what a link points to: see the method that returns it. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** When content, name or mode last changed, in milliseconds since 1970: nobody can set it back (POSIX st_ctime). */
  readonly changed: number;
}

/**
 * The file system as this program uses it; paths are absolute. Handed in, so that a test can fail or interrupt any single
 * step. What cannot be read is ERR_FILE_READ, what cannot be written ERR_FILE_WRITE; both name the path and the reason.
 */
export interface Files {
  /** The whole file; a missing one is undefined. `limit` in bytes: more than that is refused before it is read. */
  read(path: string, limit: number): Uint8Array | undefined;
  /** Like `read`, but never through a link, and with the status of the very file that was read: for keys. */
  readOwn(path: string, limit: number): { readonly bytes: Uint8Array; readonly status: FileStatus } | undefined;
  /** The target of a link as written; undefined when there is no link. */
  readLink(path: string): string | undefined;
  /** Follows links; undefined when missing. */
  status(path: string): FileStatus | undefined;
  /** Of the link itself; undefined when missing. */
  linkStatus(path: string): FileStatus | undefined;
  /**
   * What keeps us from making names in a directory, as far as can be told without trying; undefined when nothing does. One that is
   * missing is judged by the nearest directory above it.
   */
  obstacle(directory: string): { readonly path: string; readonly reason: string } | undefined;
  /** Names, sorted; a missing directory is empty. */
  list(directory: string): readonly string[];
  /** With its missing parents, all with `mode`, durable on return; one that exists is left as it is. */
  makeDirectory(path: string, mode: number): void;
  /** For batches: the same, durable once `syncAll` has had the directories it returns: those that gained a name. */
  newDirectory(path: string, mode: number): readonly string[];
  /** Old or new content, never neither, and durable on return. Replaces a link, never writes through it. */
  replace(path: string, bytes: Uint8Array, mode: number, owner?: Ownership): void;
  /** The same for content that comes in pieces: it grows under a temporary name and takes its name when committed. */
  stage(path: string, mode: number): StagedFile;
  /** The content in pieces of `size` bytes (the last one shorter), each valid until the next; the file must exist. */
  chunks(path: string, size: number): Iterable<Uint8Array>;
  /** Durable on return; one that exists is refused. */
  createExclusive(path: string, bytes: Uint8Array, mode: number): void;
  /** For batches: one that exists is refused; not durable before `syncAll`. */
  writeNew(path: string, bytes: Uint8Array, mode: number, owner?: Ownership): void;
  /** Of a file that exists; a link is refused. */
  setAccess(path: string, mode: number, owner?: Ownership): void;
  /** Points a link at `target` (as written, relative to the link) in one step. `batched`: not durable before `syncAll`. */
  switchLink(path: string, target: string, durability: 'durable' | 'batched'): void;
  /** Atomic, and durable on return when both are in one directory. */
  rename(from: string, to: string): void;
  /** A file, link or whole tree; a missing one is fine. */
  remove(path: string): void;
  /** Overwrites what a plain file holds with `noise`, then removes it, each durable before the next; a missing one is fine. */
  destroy(path: string, noise: (length: number) => Uint8Array): void;
  /** Makes everything that was written under `directories` durable; `paths` are the files and directories concerned. */
  syncAll(directories: readonly string[], paths: readonly string[]): Promise<void>;
  /** Copies files into a new directory that only we can read, and returns it; the caller removes it. */
  copyAside(paths: readonly string[]): string;
}
