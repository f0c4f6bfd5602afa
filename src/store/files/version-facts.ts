// Reads the facts of the files of a service, and compares them with recorded ones.
// `check` does it for thousands of services, so this file imports nothing that decodes. It reads no content.
import type { FileFact } from '../../record/file-facts.ts';
import type { Files, FileStatus } from '../../world/files.ts';

/** The files of a version, with the part that each holds. */
export const VERSION_FILES = [
  { name: 'tls.key', part: 'keyPem' },
  { name: 'tls.crt', part: 'certificatePem' },
  { name: 'chain.pem', part: 'chainPem' },
  { name: 'ca.crt', part: 'anchorsPem' },
] as const;

/** The link to the version in service. */
export const CURRENT = 'current';

export const factOf = (path: string, { size, changed, inode }: FileStatus): FileFact => ({
  path,
  size,
  changed,
  inode,
});

/** Reads the facts of the files in service and of `outputs`, which are absolute paths. Files that do not exist have none. */
export function factsInService(files: Files, directory: string, outputs: readonly string[]): readonly FileFact[] {
  const inService = ['', ...VERSION_FILES.map(({ name }) => name)];
  return [
    ...inService.map(name => ({ name, status: files.status(inCurrent(directory, name)) })),
    ...outputs.map(name => ({ name, status: files.linkStatus(name) })),
  ].flatMap(({ name, status }) => (status === undefined ? [] : [factOf(name, status)]));
}

/** Returns true when every file still has its recorded facts. Without facts nothing is known. */
export function isUnchanged(files: Files, directory: string, facts: readonly FileFact[]): boolean {
  return (
    facts.length > 0 &&
    facts.every(({ path, size, changed, inode }) => {
      const status = path.startsWith('/') ? files.linkStatus(path) : files.status(inCurrent(directory, path));
      return status?.changed === changed && status.inode === inode && status.size === size;
    })
  );
}

const inCurrent = (directory: string, name: string): string => `${directory}/${CURRENT}${name && '/'}${name}`;
