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

export interface CorpusItem {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** `describe` with the inputs of one corpus: for parsers, which must end in a value or a typed error whatever the bytes are. */
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
