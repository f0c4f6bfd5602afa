import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failure } from '../../../src/errors/error.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { currentEntry } from '../../../src/store/files/service-files.ts';
import { pkiTemplate } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

const read = (path: string) => readFileSync(path, 'utf8');

test('a new anchor reaches every service in one switch, with the same certificate and key and their modes', async () => {
  const world = (
    await pkiTemplate(
      [],
      [
        ['issue', 'payments'],
        ['issue', 'ledger'],
      ],
    )
  )();
  const current = join(world.home.service('payments'), 'current');
  const before = { certificate: read(join(current, 'tls.crt')), key: read(join(current, 'tls.key')) };
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'root');
  await world.succeed('ca', 'rotate', 'publish', '--tier', 'root');
  expect(read(join(current, 'ca.crt'))).toBe(read(world.home.public.bundlePem));
  expect(read(join(current, 'ca.crt')).match(/BEGIN/g)).toHaveLength(2);
  expect({ certificate: read(join(current, 'tls.crt')), key: read(join(current, 'tls.key')) }).toEqual(before);
  expect(world.files.status(join(current, 'tls.key'))!.mode).toBe(0o600);
  const entry = currentEntry(world.files, world.home.service('payments'));
  expect(entry).toMatchObject({
    serial: await world.manifest(manifest => manifest.service('payments')!.currentSerial),
  });
});

test('a directory that cannot be written does not stop the others, and the next run repairs it', async () => {
  const world = (
    await pkiTemplate(
      [],
      [
        ['issue', 'payments'],
        ['issue', 'ledger'],
      ],
    )
  )();
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'root');
  world.files = {
    ...nodeFiles,
    newDirectory: (path, mode) => {
      if (!path.includes('ledger')) return nodeFiles.newDirectory(path, mode);
      throw failure('ERR_FILE_WRITE', { path, reason: 'permission denied', previous: true });
    },
  };
  const partial = await runSvcauth(world, ['ca', 'rotate', 'publish', '--tier', 'root']);
  expect(partial.status).toBe(5);
  expect(partial.stdout).toMatch(/not written {2}ledger/);
  world.files = nodeFiles;
  expect(await world.succeed('ca', 'rotate', 'publish', '--tier', 'root')).toMatch(/new files {2}for 1 service/);
});
