import { normalize, sep } from 'node:path';
import { failure } from '../../errors/error.ts';
import type { Files } from '../../world/files.ts';

/** Allows reads everywhere, and writes only below `root`: any other write is ERR_FILE_WRITE. No link there may lead out of `root`. */
export function confinedFiles(files: Files, root: string): Files {
  const inside = (path: string): string => {
    if (`${normalize(path)}${sep}`.startsWith(`${root}${sep}`)) return path;
    throw failure('ERR_FILE_WRITE', { path, reason: `only files in ${root} may change`, previous: true });
  };
  return {
    ...files,
    makeDirectory: (path, mode) => files.makeDirectory(inside(path), mode),
    newDirectory: (path, mode) => files.newDirectory(inside(path), mode),
    replace: (path, ...rest) => files.replace(inside(path), ...rest),
    stage: (path, mode) => files.stage(inside(path), mode),
    createExclusive: (path, bytes, mode) => files.createExclusive(inside(path), bytes, mode),
    writeNew: (path, ...rest) => files.writeNew(inside(path), ...rest),
    setAccess: (path, ...rest) => files.setAccess(inside(path), ...rest),
    switchLink: (path, target, durability) => files.switchLink(inside(path), target, durability),
    rename: (from, to) => files.rename(inside(from), inside(to)),
    remove: path => files.remove(inside(path)),
    destroy: (path, noise) => files.destroy(inside(path), noise),
  };
}
