import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'vitest';

/** Third-party test data: not part of the repository, found beside the checkout or where $SVCAUTH_VECTORS says. */
const FOLDER = process.env['SVCAUTH_VECTORS'] ?? resolve(import.meta.dirname, '../../../shared/vectors');

/** `describe` with the parsed JSON of one file of vectors; skipped, saying why, where the file is absent. */
export function describeVectors<T>(file: string, title: string, body: (vectors: T) => void): void {
  const path = resolve(FOLDER, file);
  if (existsSync(path)) {
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as T;
    describe(`${title} (${file})`, () => body(vectors));
  } else {
    test.skip(`${title} (no ${path}: set SVCAUTH_VECTORS)`, () => undefined);
  }
}
