/** Errors of the operating system, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use, or a mount point (name a directory inside it)',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it already exists',
  EFBIG: 'it is too large for this file system',
  EIO: 'input/output error: the disk may be failing',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a symbolic link, or its links form a loop',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its directory does not exist',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'part of its path is not a directory',
  ENOTEMPTY: 'it is a directory that is not empty',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EXDEV: 'it is on another file system',
};

/** Returns the code of a system error, such as `ENOENT`; undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Words a system error by its code; an error without a known code keeps its own message. */
export function systemErrorReason(error: unknown): string {
  const code = systemErrorCode(error);
  return (code === undefined ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
}
