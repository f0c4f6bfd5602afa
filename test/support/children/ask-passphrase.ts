// Asks for a passphrase at a real terminal. Writes the input to a file, never to the screen.
import { writeFileSync } from 'node:fs';
import { readPassphrase } from '../../../src/cli/passphrase.ts';
import { SvcauthError } from '../../../src/errors/error.ts';
import { openWorld } from '../../../src/main.ts';

const world = openWorld(process, () => new Date('2026-11-21T00:00:00Z'));
const [, , file = '', kind = ''] = process.argv;
try {
  writeFileSync(file, await readPassphrase({}, world, { what: 'the key of issuing-g1', isNew: kind === 'new' }));
} catch (error) {
  if (!(error instanceof SvcauthError)) throw error;
  world.err.write(`${error.code}\n`);
  process.exitCode = error.exitStatus;
}
