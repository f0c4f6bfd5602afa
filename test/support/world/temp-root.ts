import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** vitest's global set-up: every directory a test makes lies under one, which goes when the run ends. */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), 'svcauth-test-'));
  process.env['SVCAUTH_TEST_TMP'] = root;
  return () => rmSync(root, { recursive: true, force: true });
}
