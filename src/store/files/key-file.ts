import { failure } from '../../errors/error.ts';
import type { Home } from '../home.ts';
import type { Files } from '../../world/files.ts';

/** Largest key file in bytes. An encrypted RSA-4096 key in PEM has 3.5 kB. */
const KEY_LIMIT = 64 * 1024;
const KEY_MODE = 0o600;
const OTHERS = 0o077;

/** Reads the key file of a CA. Refuses a file that other accounts may read, and anything but a plain file. */
export function readKeyFile(files: Files, home: Home, authorityId: string): Uint8Array {
  const path = home.authority(authorityId).key;
  const kind = files.linkStatus(path)?.kind;
  if (kind === undefined) throw failure('ERR_KEY_MISSING', { path, authority: authorityId });
  if (kind !== 'file') throw failure('ERR_KEY_NOT_A_FILE', { path, kind });
  // the mode is that of the file that was read, not of a file that had the name before
  const found = files.readOwn(path, KEY_LIMIT);
  if (found === undefined) throw failure('ERR_KEY_MISSING', { path, authority: authorityId });
  if ((found.status.mode & OTHERS) !== 0) throw failure('ERR_KEY_READABLE', { path, mode: found.status.mode });
  return found.bytes;
}

/** Writes a new key file in a directory that exists; durable on return. */
export function createKeyFile(files: Files, path: string, pem: Uint8Array): void {
  files.createExclusive(path, pem, KEY_MODE);
}
