import { join, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { diffCrls, type CrlDiff } from '../rules/diff.ts';
import { readCrl } from '../../store/input/read-crl.ts';

export interface NamedCrlDiff {
  /** The name of the file in both directories, or the two files. */
  readonly name: string;
  /** The only side that has it; `diff` is absent then. */
  readonly only?: 'before' | 'after';
  readonly diff?: CrlDiff;
}

/** Compares two CRLs, or the CRLs of two published directories by their names. Throws ERR_CRL_DIFF_KINDS for one of each. */
export async function diffCrlPaths(world: World, before: string, after: string): Promise<readonly NamedCrlDiff[]> {
  const [left, right] = [before, after].map(path => crlDirectory(world, path));
  if ((left === undefined) !== (right === undefined)) throw failure('ERR_CRL_DIFF_KINDS', { before, after });
  if (left === undefined || right === undefined) {
    const diff = diffCrls(await readCrl(world, before), await readCrl(world, after));
    return [{ name: `${before} ${after}`, diff }];
  }
  const [old, now] = [left, right].map(directory => world.files.list(directory).filter(name => name.endsWith('.der')));
  const names = [...new Set([...old!, ...now!])].sort();
  const diffs: NamedCrlDiff[] = [];
  for (const name of names) {
    if (!old!.includes(name)) diffs.push({ name, only: 'after' });
    else if (!now!.includes(name)) diffs.push({ name, only: 'before' });
    else
      diffs.push({
        name,
        diff: diffCrls(await readCrl(world, join(left, name)), await readCrl(world, join(right, name))),
      });
  }
  return diffs;
}

/** Finds the directory of the CRLs in a published directory; undefined if the path is not a directory. */
function crlDirectory({ cwd, files }: World, path: string): string | undefined {
  const absolute = resolve(cwd, path);
  if (files.status(absolute)?.kind !== 'directory') return undefined;
  const below = join(absolute, 'crl');
  return files.status(below)?.kind === 'directory' ? below : absolute;
}
