import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confinedFiles } from '../../../src/store/files/confined-files.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { errorOf } from '../../support/errors.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { treeDigest } from '../../support/world/tree-digest.ts';
import type { Files } from '../../../src/world/files.ts';

const bytes = new Uint8Array([1]);

/** Every method that changes a disk. */
const changes: readonly (readonly [string, (files: Files, path: string) => unknown])[] = [
  ['makeDirectory', (files, path) => files.makeDirectory(path, 0o700)],
  ['newDirectory', (files, path) => files.newDirectory(path, 0o700)],
  ['replace', (files, path) => files.replace(path, bytes, 0o600)],
  ['stage', (files, path) => files.stage(path, 0o600)],
  ['createExclusive', (files, path) => files.createExclusive(path, bytes, 0o600)],
  ['writeNew', (files, path) => files.writeNew(path, bytes, 0o600)],
  ['setAccess', (files, path) => files.setAccess(path, 0o600)],
  ['switchLink', (files, path) => files.switchLink(path, 'there', 'batched')],
  ['rename', (files, path) => files.rename(path, `${path}.old`)],
  ['remove', (files, path) => files.remove(path)],
  ['destroy', (files, path) => files.destroy(path, length => new Uint8Array(length))],
];

test.each(changes)('%s changes nothing outside the root of confined files', (_name, change) => {
  const directory = tempDirectory();
  const root = join(directory, 'root');
  nodeFiles.makeDirectory(root, 0o700);
  writeFileSync(join(directory, 'file'), 'theirs');
  writeFileSync(`${root}.sibling`, 'theirs');
  const before = treeDigest(directory);
  for (const path of [join(directory, 'file'), `${root}.sibling`, `${root}/../file`, join(directory, 'new')]) {
    expect(errorOf(() => change(confinedFiles(nodeFiles, root), path)).code).toBe('ERR_FILE_WRITE');
  }
  expect(treeDigest(directory)).toEqual(before);
});

test('confined files rename nothing out of their root, or into it', () => {
  const directory = tempDirectory();
  const files = confinedFiles(nodeFiles, join(directory, 'root'));
  files.makeDirectory(join(directory, 'root'), 0o700);
  files.writeNew(join(directory, 'root/ours'), bytes, 0o600);
  writeFileSync(join(directory, 'theirs'), 'theirs');
  expect(errorOf(() => files.rename(join(directory, 'root/ours'), join(directory, 'ours'))).code).toBe(
    'ERR_FILE_WRITE',
  );
  expect(errorOf(() => files.rename(join(directory, 'theirs'), join(directory, 'root/theirs'))).code).toBe(
    'ERR_FILE_WRITE',
  );
});

test('confined files work normally inside their root, and read everywhere', () => {
  const directory = tempDirectory();
  const files = confinedFiles(nodeFiles, join(directory, 'root'));
  writeFileSync(join(directory, 'theirs'), 'theirs');
  files.makeDirectory(join(directory, 'root/deep'), 0o700);
  files.replace(join(directory, 'root/deep/file'), bytes, 0o600);
  expect(readFileSync(join(directory, 'root/deep/file'))).toHaveLength(1);
  files.remove(join(directory, 'root/deep'));
  expect(readdirSync(join(directory, 'root'))).toEqual([]);
  expect(files.read(join(directory, 'theirs'), 100)).toHaveLength(6);
});
