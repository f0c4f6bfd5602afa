/**
 * Describes public/ as it will be after an earlier plan, for a publication that is planned after it. Runs that plan several things in
 * a row make it; it writes nothing.
 */
import { dirname } from 'node:path';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import type { CrlEntryReport } from '../../pki/report/crl-report.ts';
import type { Files } from '../../world/files.ts';

export interface PublicAhead {
  /** CRLs that will be signed or released, by CA: their bytes are not known yet. */
  readonly crls: ReadonlyMap<string, CrlAhead>;
  /** Other files, by path; undefined: the file will be removed. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
}

export interface CrlAhead {
  readonly header: CrlHeader;
  /** Entries beyond those that the manifest has revoked. */
  readonly further: readonly CrlEntryReport[];
}

/** Shows the present files with the future ones in their places; of the status only kind and size count. */
export function filesAhead(files: Files, ahead: PublicAhead['files']): Files {
  return {
    ...files,
    read: (path, limit) => (ahead.has(path) ? ahead.get(path) : files.read(path, limit)),
    status: path => {
      const there = files.status(path);
      const bytes = ahead.get(path);
      if (!ahead.has(path)) return there;
      if (bytes === undefined) return undefined;
      return { mode: 0o644, uid: 0, gid: 0, changed: 0, inode: 0, ...there, kind: 'file', size: bytes.length };
    },
    list: directory => {
      const names = new Set(files.list(directory));
      for (const [path, bytes] of ahead) {
        if (dirname(path) !== directory) continue;
        const name = path.slice(directory.length + 1);
        if (bytes === undefined) names.delete(name);
        else names.add(name);
      }
      return [...names].sort();
    },
    chunks: (path, size) => {
      const bytes = ahead.get(path);
      return bytes === undefined ? files.chunks(path, size) : [bytes];
    },
  };
}
