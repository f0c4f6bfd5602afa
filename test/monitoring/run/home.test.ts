import { chmodSync, copyFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

let plain: () => PkiWorld;
let encrypted: () => PkiWorld;
beforeAll(async () => {
  plain = await pkiTemplate();
  const world = { readDescriptor: () => new TextEncoder().encode('correct horse battery') };
  encrypted = await pkiTemplate(['--key-protection', 'passphrase', '--passphrase-fd', '5'], [], world);
});

const findings = async (world: PkiWorld): Promise<readonly string[]> => {
  const { stdout } = await runSvcauth(world, ['check', '-o', 'json']);
  const { findings: found } = JSON.parse(stdout) as { findings: readonly { name: string; message: string }[] };
  return found.map(({ name, message }) => `${name}: ${message}`);
};
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the files of the home', () => {
  test('an encrypted key of another CA is found without its passphrase', async () => {
    const world = encrypted();
    expect(await findings(world)).toEqual([]);
    const { key } = world.home.authority('issuing-g1');
    copyFileSync(world.home.authority('root-g1').key, key);
    expect(await findings(world)).toEqual([
      'ca-key-changed: key file was replaced: it is another file than the one that svcauth wrote',
    ]);
  });

  test('a key that was moved and copied back is the same', async () => {
    const world = encrypted();
    const { key } = world.home.authority('issuing-g1');
    renameSync(key, `${key}.bak`);
    writeFileSync(key, readFileSync(`${key}.bak`), { mode: 0o600 });
    expect(await findings(world)).toEqual([]);
  });

  test('a plain key with another record is compared with its certificate', async () => {
    const world = plain();
    const { key } = world.home.authority('issuing-g1');
    writeFileSync(key, `${readFileSync(key, 'utf8')}\n`);
    expect(await findings(world)).toEqual([]);
    writeFileSync(key, 'garbled');
    expect(await findings(world)).toEqual(['ca-key-changed: key file was replaced: it holds no private key']);
  });

  test('a tick takes permissions of others away, but not from a CA key', async () => {
    const world = plain();
    const { key } = world.home.authority('root-g1');
    const paths = [world.home.authorities, world.home.policy, world.home.manifest, key];
    for (const path of paths) chmodSync(path, 0o777);
    const { status, stdout } = await runSvcauth(world, ['tick']);
    expect(stdout).toContain(`restricted  ${world.home.authorities}`);
    expect(status).toBe(4);
    expect(paths.map(mode)).toEqual(['755', '755', '700', '777']);
    expect(await findings(world)).toEqual([
      'ca-key-readable: key file can be read by other accounts; svcauth refuses to use it',
    ]);
  });

  test('a tick writes a look-alike ca.crt again', async () => {
    const world = plain();
    const { certificate } = world.home.authority('issuing-g1');
    const right = readFileSync(certificate, 'utf8');
    copyFileSync(world.home.authority('root-g1').certificate, certificate);
    expect(await findings(world)).toHaveLength(1);
    expect((await runSvcauth(world, ['tick'])).stdout).toContain('ca.crt');
    expect(readFileSync(certificate, 'utf8')).toBe(right);
  });
});
