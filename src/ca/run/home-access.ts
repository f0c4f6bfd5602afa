// Lists the files of a home that other accounts must not change or read but can. It takes those permissions away.
// `check` reports them, `tick` repairs them. Keys of CAs are not among them: one that others could read needs a decision.
import { join } from 'node:path';
import type { FileStatus } from '../../world/files.ts';
import type { Home } from '../../store/home.ts';
import type { Pki } from '../../store/open-pki.ts';

export interface ExposedFile {
  readonly path: string;
  /** Mode without the permissions that it must not have. */
  readonly mode: number;
  readonly isWritable: boolean;
}

const WRITE = 0o022;
/** A group may publish, or deploy services. */
const EVERYBODY = 0o002;
const ANYTHING = 0o077;

/** Finds exposed files and directories of the home, below the home itself, which `openHome` judges. */
export function exposedFiles({
  world: { files },
  home,
  manifest,
}: Pick<Pki, 'world' | 'home' | 'manifest'>): readonly ExposedFile[] {
  const cas = manifest.authorities().map(({ id }) => home.authority(id));
  const asked: readonly (readonly [path: string, forbidden: number])[] = [
    [home.authorities, WRITE],
    ...cas.flatMap(({ directory, certificate }) => [[directory, WRITE] as const, [certificate, WRITE] as const]),
    ...privateFiles(home).map(path => [path, ANYTHING] as const),
    [home.policy, WRITE],
    [home.services, EVERYBODY],
    [home.public.directory, EVERYBODY],
    [home.public.crls, EVERYBODY],
  ];
  return asked.flatMap(([path, forbidden]) => {
    const status = files.linkStatus(path);
    const isPlain = status?.kind === 'file' || status?.kind === 'directory';
    return isPlain && (status.mode & forbidden) !== 0 ? [exposed(path, status, forbidden)] : [];
  });
}

/** Leaves out the files that SQLite made with the mode of an exposed manifest: one cause. */
export function exposureCauses(exposed: readonly ExposedFile[], { manifest }: Home): readonly ExposedFile[] {
  const follow = [`${manifest}-wal`, `${manifest}-shm`];
  return exposed.some(({ path }) => path === manifest) ? exposed.filter(({ path }) => !follow.includes(path)) : exposed;
}

const exposed = (path: string, { mode }: FileStatus, forbidden: number): ExposedFile => ({
  ...{ path, mode: mode & 0o777 & ~forbidden, isWritable: (mode & WRITE) !== 0 },
});

const privateFiles = ({ manifest, lock, directory }: Home): readonly string[] => [
  manifest,
  `${manifest}-wal`,
  `${manifest}-shm`,
  lock,
  join(directory, 'lock.db-journal'),
];
