import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Global set-up of vitest: makes the parent of all test directories, and removes it at the end of the run. */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), 'svcauth-test-'));
  process.env['SVCAUTH_TEST_TMP'] = root;
  return () => rmSync(root, { recursive: true, force: true });
}
