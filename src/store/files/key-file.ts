import { failure } from '../../errors/error.ts';
import type { Home } from '../home.ts';
import type { Files } from '../../world/files.ts';

/** RSA-4096, encrypted, in PEM: 3.5 kB. */
const KEY_LIMIT = 64 * 1024;
const KEY_MODE = 0o600;
const OTHERS = 0o077;

/** An authority's key as it lies on disk. Refused: one that others may read, and anything but a plain file. */
export function readKeyFile(files: Files, home: Home, authorityId: string): Uint8Array {
  const path = home.authority(authorityId).key;
  const kind = files.linkStatus(path)?.kind;
  if (kind === undefined) throw failure('ERR_KEY_MISSING', { path, authority: authorityId });
  if (kind !== 'file') throw failure('ERR_KEY_NOT_A_FILE', { path, kind });
  // of the file that is read, not of the name that was looked at
  const found = files.readOwn(path, KEY_LIMIT);
  if (found === undefined) throw failure('ERR_KEY_MISSING', { path, authority: authorityId });
  if ((found.status.mode & OTHERS) !== 0) throw failure('ERR_KEY_READABLE', { path, mode: found.status.mode });
  return found.bytes;
}

/** Puts a key where none is, in a directory that exists; durable on return. */
export function createKeyFile(files: Files, path: string, pem: Uint8Array): void {
  files.createExclusive(path, pem, KEY_MODE);
}
