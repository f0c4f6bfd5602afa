import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { decodePem } from '../../src/pki/pem.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], [['issue', 'payments']]);
});

const first = (path: string): Uint8Array => decodePem(readFileSync(path, 'utf8'))[0]!.der;

test('after a power failure at any step of extend the next run completes one certificate and every file', async () => {
  const argv = ['ca', 'extend', 'root-g1', '--lifetime', '20y'];
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const { status, moments } = await runUntil(world, moment, argv);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);

    await world.succeed(...argv);
    await world.manifest(manifest => {
      const { der } = manifest.authority('root-g1')!.certificate!;
      expect(manifest.furtherCertificates()).toHaveLength(1);
      expect(first(world.home.public.bundlePem)).toEqual(der);
      expect(first(world.home.authority('root-g1').certificate)).toEqual(der);
      expect(first(`${world.home.service('payments')}/current/ca.crt`)).toEqual(der);
    });
    expect(await world.succeed(...argv)).toMatch(/^unchanged/);
  }
});
