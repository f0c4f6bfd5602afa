import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Global set-up of vitest: makes the parent of all test directories. It removes the rest of them when the run ends. */
export default function setup(): () => Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'svcauth-test-'));
  process.env['SVCAUTH_TEST_TMP'] = root;
  return () => rm(root, { recursive: true, force: true });
}
