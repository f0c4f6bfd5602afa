import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Files that SQLite and the lock keep while they are open. Empty directories are ignored too. */
const PASSING = /(^|\/)(lock\.(db|txt)|manifest\.db-(wal|shm))$/;

/** Digests every file and link below a directory: mode and content, or target. Equal when nothing has changed. */
export function treeDigest(root: string): Readonly<Record<string, string>> {
  const entries: Record<string, string> = {};
  const walk = (path: string): void => {
    const status = lstatSync(path);
    const name = relative(root, path);
    if (status.isDirectory()) for (const entry of readdirSync(path).sort()) walk(join(path, entry));
    else if (status.isSymbolicLink()) entries[name] = `-> ${readlinkSync(path)}`;
    else if (!PASSING.test(name)) {
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
      entries[name] = `${digest} ${(status.mode & 0o777).toString(8)}`;
    }
  };
  walk(root);
  return entries;
}
