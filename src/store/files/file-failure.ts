import { lstatSync } from 'node:fs';
import { failure, SvcauthError } from '../../errors/error.ts';
import { systemErrorCode, systemErrorReason } from '../../errors/system-error.ts';

/** Runs work that reads `path`; a system error becomes ERR_FILE_READ. */
export function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (systemErrorCode(cause) === undefined) throw cause;
    throw failure('ERR_FILE_READ', { what: 'file', path, reason: systemErrorReason(cause) }, cause);
  }
}

/** Runs work that changes `path`; a system error becomes ERR_FILE_WRITE. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}

export function writeFailure(path: string, cause: unknown): unknown {
  if (systemErrorCode(cause) === undefined) return cause;
  const previous = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return failure('ERR_FILE_WRITE', { path, reason: systemErrorReason(cause), previous }, cause);
}

/** Runs optional work (notes for people, removal of leftovers), and ignores ERR_FILE_WRITE. */
export function whereWritable(work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (!(cause instanceof SvcauthError && cause.code === 'ERR_FILE_WRITE')) throw cause;
  }
}
