// Locates the files that svcauth/node follows, and reports whether any of them may have changed.
// `follow-files.ts` asks at every look; `identity.ts` and `trust.ts` read through it. No other file of the library opens a file.
// It never throws for a file that cannot be read.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_CAP } from '../pki/input-caps.ts';
import { problem, type Problem } from './problem.ts';
import type { FollowOptions } from './types.ts';

export type Source = Pick<FollowOptions, 'dir' | 'bundle' | 'crls'>;

/** The files to follow, with links resolved, so all of them are of one version. */
export interface WatchedFiles {
  readonly certificate: string;
  readonly key: string;
  readonly anchors: string;
  /** Undefined if revocation checking is disabled. */
  readonly crls: readonly string[] | undefined;
}

/** The links that switch all files at once: that of svcauth and that of a Kubernetes volume. */
const LINKS = ['current', '..data'];

export async function locateFiles({ dir, bundle, crls }: Source): Promise<WatchedFiles> {
  const version = await versionDirectory(dir);
  return {
    certificate: join(version, 'tls.crt'),
    key: join(version, 'tls.key'),
    anchors: bundle ?? join(version, 'ca.crt'),
    crls: crls === false ? undefined : (await Promise.all([crls].flat().map(crlFiles))).flat(),
  };
}

async function versionDirectory(dir: string): Promise<string> {
  for (const link of LINKS) {
    const target = await realpath(join(dir, link)).catch(() => undefined);
    if (target !== undefined) return target;
  }
  return dir;
}

/** Lists the .pem files of a directory, sorted by name. A path that is not a directory, or is missing, is a file to read. */
async function crlFiles(path: string): Promise<readonly string[]> {
  const isDirectory = await stat(path).then(
    status => status.isDirectory(),
    () => false,
  );
  if (!isDirectory) return [path];
  const names = await readdir(path).catch(() => []);
  return names
    .filter(name => name.endsWith('.pem') && !name.startsWith('.'))
    .sort()
    .map(name => join(path, name));
}

/** Fingerprints the files by their status: it differs if the content of a file may have changed. */
export async function fingerprint({ certificate, key, anchors, crls = [] }: WatchedFiles): Promise<string> {
  const looks = [certificate, key, anchors, ...crls].map(async path => {
    const status = await stat(path, { bigint: true }).catch(() => undefined);
    // a replaced file has another inode, one written in place another time or size
    return `${path} ${status && [status.dev, status.ino, status.size, status.mtimeNs, status.ctimeNs].join(' ')}`;
  });
  return (await Promise.all(looks)).join('\n');
}

/** Reads a whole file, or explains why it cannot be read. */
export async function readText(path: string): Promise<string | Problem> {
  try {
    const { size } = await stat(path);
    if (size > FILE_CAP) return problem('malformed', path, `it has ${size} bytes, more than ${FILE_CAP}`);
    return await readFile(path, 'latin1');
  } catch (error) {
    return problem('unreadable', path, (error as NodeJS.ErrnoException).code ?? 'it cannot be read');
  }
}
