import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';

const DEMO = join(import.meta.dirname, 'demo.js');
const isBuilt = existsSync(join(import.meta.dirname, '../../dist'));

describe('the demo', () => {
  test('the demo succeeds twice in a row', async context => {
    context.skip(!isBuilt, 'it needs the built program: npm run build');
    const cwd = tempDirectory();
    for (let time = 0; time < 2; time++) {
      const { status, stdout, stderr } = await run([process.execPath, DEMO], { cwd });
      expect(status, stdout + stderr).toBe(0);
      expect(stdout).toContain('payments: accepted spiffe://example.org/orders');
      expect(stdout).toContain('payments: rejected reports: CERT_REVOKED');
    }
    const passphrase = join(cwd, 'demo-pki', 'passphrase');
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, 'demo-pki', '.svcauth', 'authorities', 'root-g1', 'ca.key'), 'utf8')).toMatch(
      /^-----BEGIN ENCRYPTED PRIVATE KEY-----/,
    );
  });

  test('the demo does not change a directory it did not create', async () => {
    const cwd = tempDirectory();
    mkdirSync(join(cwd, 'demo-pki', 'precious'), { recursive: true });
    const { status, stderr } = await run([process.execPath, DEMO], { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain('was not created by this demo');
    expect(existsSync(join(cwd, 'demo-pki', 'precious'))).toBe(true);
  });
});
