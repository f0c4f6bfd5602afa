import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty directory, absolute and without links; it is removed when the run ends. */
export const tempDirectory = (): string =>
  realpathSync(mkdtempSync(join(process.env['SVCAUTH_TEST_TMP'] ?? tmpdir(), 'case-')));
