/**
 * Chooses the prebuilt SQLite binding for this machine. In the bundle only, it replaces the two packages that libsql asks
 * (`@neon-rs/load`, `detect-libc`): both go through `process.report`, which costs 9 ms of every start.
 */
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';

export const GLIBC = 'glibc';
export const MUSL = 'musl';

const MUSL_LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib/ld-musl-x86_64.so.1',
  arm64: '/lib/ld-musl-aarch64.so.1',
  arm: '/lib/ld-musl-armhf.so.1',
};

/** Returns the C library family, or null on systems other than Linux, which have only one. */
export function familySync(): string | null {
  if (platform() !== 'linux') return null;
  const loader = MUSL_LOADERS[arch()];
  return loader !== undefined && existsSync(loader) && !existsSync('/etc/debian_version') ? MUSL : GLIBC;
}

/** Returns the suffix of the `@libsql/*` package to load, as `@neon-rs/load` names it. */
export function currentTarget(): string {
  switch (platform()) {
    case 'linux':
      return arch() === 'arm' ? 'linux-arm-gnueabihf' : `linux-${arch()}-${familySync() === MUSL ? 'musl' : 'gnu'}`;
    case 'win32':
      return `win32-${arch()}-msvc`;
    default:
      return `${platform()}-${arch()}`;
  }
}
