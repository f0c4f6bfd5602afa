import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { main } from './conformance.ts';
import { vectorsDirectory } from './vectors.ts';

const MUTANTS = process.env['CI'] === undefined ? 5000 : 200_000;
const title = 'every case of every suite passes or is a listed deviation';

if (existsSync(vectorsDirectory())) {
  test(title, { timeout: 120_000 }, async () => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    const status = await main(resolve(import.meta.dirname, 'deviations.json'), MUTANTS);
    vi.restoreAllMocks();
    expect(status, lines.join('\n')).toBe(0);
  });
} else {
  test.skip(`${title} (no ${vectorsDirectory()}: set SVCAUTH_VECTORS)`, () => undefined);
}
