import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'vitest';

/** Directory of third-party test data, which is not part of the repository: beside the checkout or at $SVCAUTH_VECTORS. */
const FOLDER = process.env['SVCAUTH_VECTORS'] ?? resolve(import.meta.dirname, '../../../shared/vectors');

/** A `describe` with the parsed JSON of one file of vectors; skipped with the reason if the file is absent. */
export function describeVectors<T>(file: string, title: string, body: (vectors: T) => void): void {
  const path = resolve(FOLDER, file);
  if (existsSync(path)) {
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as T;
    describe(`${title} (${file})`, () => body(vectors));
  } else {
    test.skip(`${title} (no ${path}: set SVCAUTH_VECTORS)`, () => undefined);
  }
}

export interface CorpusItem {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A `describe` with the inputs of one corpus, for parsers. For any bytes these return a value or throw a typed error. */
export function describeCorpus(file: string, title: string, body: (items: readonly CorpusItem[]) => void): void {
  const path = resolve(FOLDER, file);
  if (existsSync(path)) {
    const items = readFileSync(path, 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => {
        const { name, b64 } = JSON.parse(line) as { name: string; b64: string };
        return { name, bytes: new Uint8Array(Buffer.from(b64, 'base64')) };
      });
    describe(`${title} (${file})`, () => body(items));
  } else {
    test.skip(`${title} (no ${path}: set SVCAUTH_VECTORS)`, () => undefined);
  }
}
