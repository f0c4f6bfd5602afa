/** What the operating system refuses, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use, or a mount point (name a directory inside it)',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'it is too large for this file system',
  EIO: 'input/output error: the disk may be failing',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a symbolic link, or links go round in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its directory does not exist',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a part of its path is not a directory',
  ENOTEMPTY: 'it is a directory with something in it',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EXDEV: 'it is on another file system',
};

/** `ENOENT` and the like; undefined for an error that did not come from the system. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function systemErrorReason(error: unknown): string {
  const code = systemErrorCode(error);
  return (code === undefined ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
}
