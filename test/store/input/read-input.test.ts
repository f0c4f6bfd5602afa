import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput } from '../../../src/store/input/read-input.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { rejectionOf } from '../../support/errors.ts';
import { fakeWorld, stdin } from '../../support/world/world.ts';

test('an input path is relative to the working directory, and - is standard input', async () => {
  const world = fakeWorld({ in: stdin('from a pipe') });
  writeFileSync(join(world.cwd, 'file'), 'from a file');
  expect(await readInput(world, 'file', 'the list', 100)).toEqual(utf8('from a file'));
  expect(await readInput(world, join(world.cwd, 'file'), 'the list', 100)).toEqual(utf8('from a file'));
  expect(await readInput(world, '-', 'the list', 100)).toEqual(utf8('from a pipe'));
});

test('an unreadable input is reported with its path as typed, and its purpose', async () => {
  const world = fakeWorld({ in: stdin('from a pipe') });
  mkdirSync(join(world.cwd, 'directory'));
  writeFileSync(join(world.cwd, 'file'), 'from a file');
  for (const [path, reason] of [
    ['missing', 'there is no such file'],
    ['file/below', 'there is no such file'],
    ['directory', 'it is a directory'],
    ['file', 'it is larger than the 5 bytes allowed here'],
    ['-', 'it is larger than the 5 bytes allowed here'],
    ['', 'it is a directory'],
  ] as const) {
    const error = await rejectionOf(readInput(world, path, 'the list', 5));
    expect(error).toMatchObject({ code: 'ERR_FILE_READ', exitStatus: 2 });
    expect(error.message).toBe(`cannot read the list "${path}": ${reason}`);
  }
});
