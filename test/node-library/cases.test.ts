import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initPki, svcauth } from '../interop/pki.ts';
import { run } from '../support/programs.ts';

const ROOT = join(import.meta.dirname, '../..');
const CASE = join(ROOT, '../shared/cases/node/agent.mjs');

const missing = !existsSync(CASE)
  ? `${CASE} is not there`
  : existsSync(join(ROOT, 'dist/node.mjs'))
    ? undefined
    : 'it needs the built library: npm run build';

test.for([
  { callers: 6, sockets: 2 },
  { callers: 12, sockets: 2 },
])('$callers callers over $sockets sockets are answered while a CRL is refreshed', async (each, context) => {
  context.skip(missing !== undefined, missing);
  const { callers, sockets } = each;
  const pki = await initPki('--key-protection', 'none');
  for (const service of ['web', 'cli']) await svcauth(pki, 'issue', service);
  const { stdout } = await run([process.execPath, CASE, ROOT, pki.home, String(callers), String(sockets)], {
    cwd: pki.home,
  });
  const answers = Array.from({ length: callers }, (_, number) => `#${number} ok`);
  expect(stdout.trim().split('\n').sort()).toEqual([...answers, 'all settled'].sort());
});
