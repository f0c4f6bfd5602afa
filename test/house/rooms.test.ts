// Checks the folders: each has a short README, and none contains too many files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const { forbidden } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
  readonly forbidden: readonly { readonly name: string }[];
};

/** Files directly in one folder. */
const MOST_FILES = 25;
/** Lines from which a file needs a header comment, and the shortest one in characters. */
const LONG_FILE = 61;
const SHORTEST_HEADER = 100;
/** Lines of a README beside the code; longer text belongs in docs/. */
const MOST_LINES = 16;

const folders = [...forbidden.flatMap(({ name }) => /^([a-z]+)-is-below$/.exec(name)?.[1] ?? []), 'node-library'];

test.each(folders)('the README of src/%s is short and starts with a question', folder => {
  const path = join(ROOT, 'src', folder, 'README.md');
  expect(existsSync(path)).toBe(true);
  const text = readFileSync(path, 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  // the title, or the first line below it, is a question
  expect(text.split('\n').slice(0, 3).join(' ')).toMatch(/^# .*\?/);
});

test('every source file of more than 60 lines starts with a header comment', () => {
  const silent = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .filter(path => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8');
      const header = /^(?:(?:\/\/.*\n){2,6}|\/\*\*[^]*?\*\/\n)/.exec(text)?.[0] ?? '';
      return text.split('\n').length > LONG_FILE && header.length < SHORTEST_HEADER;
    });
  expect(silent).toEqual([]);
});

test('no folder directly contains more than 25 files', () => {
  const crowded = ['src', 'test'].flatMap(root =>
    readdirSync(join(ROOT, root), { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter(entry => entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name))
      .flatMap(folder => {
        const files = readdirSync(folder, { withFileTypes: true }).filter(
          entry => entry.isFile() && entry.name !== 'README.md',
        );
        return files.length > MOST_FILES ? [`${folder.slice(ROOT.length + 1)}: ${files.length}`] : [];
      }),
  );
  expect(crowded).toEqual([]);
});
