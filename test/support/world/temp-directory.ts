import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** Makes an empty directory, absolute and without links; it is removed when its test file ends. */
export function tempDirectory(): string {
  const path = realpathSync(mkdtempSync(join(process.env['SVCAUTH_TEST_TMP'] ?? tmpdir(), 'case-')));
  made.push(path);
  return path;
}

/** Removes the directories of a test file. A program that still writes to one leaves it to the end of the run. */
export async function removeTempDirectories(): Promise<void> {
  await Promise.all(made.splice(0).map(path => rm(path, { recursive: true, force: true }).catch(() => undefined)));
}
