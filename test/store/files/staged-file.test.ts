import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../../src/pki/bytes.ts';
import { nodeFiles as files } from '../../../src/store/files/files.ts';
import { faultyFiles } from '../../support/world/faulty-files.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = tempDirectory();
  path = join(directory, 'large');
});

test('a staged file leaves the old content until it is committed', async () => {
  writeFileSync(path, 'old');
  const staged = files.stage(path, 0o644);
  staged.write(utf8('ne'));
  staged.write(utf8('w'));
  await staged.seal();
  expect(readFileSync(path, 'utf8')).toBe('old');
  staged.commit();
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(lstatSync(path).mode & 0o777).toBe(0o644);
});

test('a staged file reads back in pieces of the requested size', () => {
  const staged = files.stage(path, 0o600);
  staged.write(utf8('abcdefgh'));
  expect(staged.size).toBe(8);
  const pieces = Array.from(staged.chunks(3), piece => Uint8Array.from(piece));
  expect(pieces.map(piece => piece.length)).toEqual([3, 3, 2]);
  expect(concatBytes(pieces)).toEqual(utf8('abcdefgh'));
  staged.discard();
});

test('a discarded staged file leaves nothing, and a committed one stays', async () => {
  files.stage(path, 0o600).discard();
  expect(readdirSync(directory)).toEqual([]);
  const staged = files.stage(path, 0o600);
  await staged.seal();
  staged.commit();
  staged.discard();
  expect(existsSync(path)).toBe(true);
});

test('an empty file has no chunks, and a missing one is an error', () => {
  writeFileSync(path, '');
  expect([...files.chunks(path, 8)]).toEqual([]);
  expect(() => [...files.chunks(join(directory, 'missing'), 8)]).toThrow('cannot read file');
});

test('after a power failure at any step a staged file has the old or the new content', async () => {
  const run = async (failAt?: number): Promise<number> => {
    writeFileSync(path, 'old');
    const faulty = faultyFiles(failAt);
    try {
      const staged = faulty.stage(path, 0o644);
      staged.write(utf8('new'));
      await staged.seal();
      staged.commit();
    } catch {
      // the next run works with the files that it finds
    }
    return faulty.steps();
  };
  const steps = await run();
  for (let step = 1; step <= steps; step++) {
    await run(step);
    expect(['old', 'new']).toContain(readFileSync(path, 'utf8'));
  }
});
