import * as fs from 'node:fs';
import { failure } from '../../errors/error.ts';

/**
 * Opens a file to read it, and refuses a pipe or device. Opening a pipe would wait for a writer for ever. A file that becomes a pipe
 * between the two calls does not block either. A missing file is the system's error.
 */
export function openPlain(path: string, flags: number): number {
  const follows = (flags & fs.constants.O_NOFOLLOW) === 0;
  if (isSpecial((follows ? fs.statSync : fs.lstatSync)(path))) throw notPlain(path);
  const descriptor = fs.openSync(path, flags | fs.constants.O_NONBLOCK);
  if (!isSpecial(fs.fstatSync(descriptor))) return descriptor;
  fs.closeSync(descriptor);
  throw notPlain(path);
}

const isSpecial = (stat: fs.Stats): boolean => !stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink();

const notPlain = (path: string): Error =>
  failure('ERR_FILE_READ', { what: 'file', path, reason: 'it is a pipe, socket or device, not a plain file' });
