// Reads the files that a source follows: one at a time, and only those that may have changed.
// `look.ts` asks for all of them at every look. No other file of the library opens a file. It never throws for a file that cannot
// be read: the problem is a value. One operation at a time means one thread of Node's pool, also when a file system hangs.
import { createHash } from 'node:crypto';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_CAP } from '../pki/input-caps.ts';
import { paced } from './pace.ts';
import { problem, type Problem } from './problem.ts';

interface Remembered {
  /** The status of the file before it was read. */
  readonly looks: string;
  /** True: the file was written when it was read, so the same status may hide other content. */
  readonly isFresh: boolean;
  readonly digest: string;
  readonly value: unknown;
}

/** Milliseconds after a change in which a file may change again without another time. */
const FRESH = 2_000;

/** Bytes hashed between two pauses. */
const SLICE = 1024 * 1024;

/** The links that switch all files at once: that of svcauth and that of a Kubernetes volume. */
const LINKS = ['current', '..data'];

export class FollowedFiles {
  readonly #now: () => Date;
  #remembered = new Map<string, Remembered>();
  #asked = new Map<string, Remembered>();
  /** The path that is being looked at; if a look hangs, it hangs there. */
  at = '';

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Begins a look. Files that the last one did not ask for are forgotten. */
  begin(): void {
    this.#remembered = new Map([...this.#remembered, ...this.#asked].filter(([path]) => this.#asked.has(path)));
    this.#asked = new Map();
  }

  /** Returns the directory that holds key and certificate, with the switching link resolved: both are of one version. */
  async versionDirectory(dir: string): Promise<string> {
    for (const link of LINKS) {
      const target = await this.#ask(join(dir, link), path => realpath(path)).catch(() => undefined);
      if (target !== undefined) return target;
    }
    return dir;
  }

  /** Lists the .pem files of a directory, sorted by name. A path that is not a directory, or is missing, is a file to read. */
  async pemFiles(path: string): Promise<readonly string[] | Problem> {
    const isDirectory = await this.#ask(path, at => stat(at)).then(
      status => status.isDirectory(),
      () => false,
    );
    if (!isDirectory) return [path];
    try {
      const names = await this.#ask(path, at => readdir(at));
      const wanted = names.filter(name => name.endsWith('.pem') && !name.startsWith('.')).sort();
      return wanted.map(name => join(path, name));
    } catch (error) {
      return unreadable(path, error);
    }
  }

  /** Reads a file and interprets it, or returns the value of last time if its content is the same. */
  async read<T>(path: string, interpret: (bytes: Buffer, before: T | undefined) => Promise<T>): Promise<T | Problem> {
    const known = this.#remembered.get(path);
    try {
      const before = await this.#ask(path, at => stat(at, { bigint: true }));
      const looks = [before.dev, before.ino, before.size, before.mtimeNs, before.ctimeNs].join(' ');
      if (known?.looks === looks && !known.isFresh) return this.#keep(path, known) as T;
      if (before.size > FILE_CAP) {
        return problem('malformed', path, `it has ${before.size} bytes, more than ${FILE_CAP}`);
      }
      const bytes = await this.#ask(path, at => contentOf(at));
      if (bytes.length > FILE_CAP) return problem('malformed', path, `it has more than ${FILE_CAP} bytes`);
      const digest = await digestOf(bytes);
      const age = this.#now().getTime() - Number(before.ctimeNs / 1_000_000n);
      const seen = { looks, isFresh: Math.abs(age) < FRESH, digest };
      const value = known?.digest === digest ? known.value : await interpret(bytes, known?.value as T | undefined);
      return this.#keep(path, { ...seen, value }) as T;
    } catch (error) {
      // the last value is kept for the comparison with the next content
      if (known !== undefined) this.#asked.set(path, { ...known, looks: '' });
      return unreadable(path, error);
    }
  }

  /** Milliseconds since the file was last changed; undefined if it was not read in this look. */
  isSettled(path: string): boolean {
    return this.#asked.get(path)?.isFresh === false;
  }

  #keep(path: string, remembered: Remembered): unknown {
    this.#asked.set(path, remembered);
    return remembered.value;
  }

  async #ask<T>(path: string, ask: (path: string) => Promise<T>): Promise<T> {
    this.at = path;
    return ask(path);
  }
}

const unreadable = (path: string, error: unknown): Problem =>
  problem('unreadable', path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);

/**
 * Reads a whole file into one buffer: to join pieces of a long CRL would hold up the service. Some file systems report a size of 0, so
 * it reads to the end.
 */
async function contentOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    // one byte more shows that the file has ended
    let buffer = Buffer.allocUnsafeSlow(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length > FILE_CAP) return buffer.subarray(0, length);
      if (length === buffer.length) buffer = Buffer.concat([buffer], Math.max(length * 2, SMALL_FILE));
    }
  } finally {
    await file.close();
  }
}

/** Bytes with room for most files. */
const SMALL_FILE = 16 * 1024;

/** Returns a digest of the content: a file that was written again without a change has the same. */
async function digestOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  function* steps(): Generator<undefined, string> {
    for (let at = 0; at < bytes.length; at += SLICE) {
      hash.update(bytes.subarray(at, at + SLICE));
      yield;
    }
    return hash.digest('base64');
  }
  return paced(steps());
}
