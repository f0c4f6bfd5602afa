import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What SQLite and the lock keep beside their files while they are open; empty directories are nothing either. */
const PASSING = /(^|\/)(lock\.(db|txt)|manifest\.db-(wal|shm))$/;

/** Every file and link below a directory, by path, as digest and mode or as target: equal when nothing has changed. */
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
