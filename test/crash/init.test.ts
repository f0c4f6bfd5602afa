import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkAuditChain } from '../../src/record/audit-chain.ts';
import { pkiWorld, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { runSvcauth } from '../support/world/world.ts';

const INIT = ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none'];

/** A root made outside the home. */
let elsewhere: PkiWorld;
beforeAll(async () => {
  elsewhere = pkiWorld();
  await elsewhere.succeed(...INIT, '--single-tier');
});

const VARIANTS: readonly (readonly [name: string, flags: readonly string[], ids: readonly string[]])[] = [
  ['a root and an issuing CA', [], ['issuing-g1', 'root-g1']],
  ['a single CA', ['--single-tier'], ['root-g1']],
  ['an offline root', ['--root-key-out', 'root.key'], ['issuing-g1', 'root-g1']],
  ['an imported root', ['--import-root', 'ca.crt', '--import-key', 'ca.key'], ['issuing-g1', 'root-g1']],
  ['an external root', ['--csr-only'], ['issuing-g1']],
];

function freshWorld(): PkiWorld {
  const world = pkiWorld();
  const { certificate, key } = elsewhere.home.authority('root-g1');
  cpSync(certificate, join(world.cwd, 'ca.crt'));
  cpSync(key, join(world.cwd, 'ca.key'));
  return world;
}

/** Checks that every part of a home is there and valid. */
async function requireWhole(world: PkiWorld, ids: readonly string[]): Promise<void> {
  const { home } = world;
  expect(readdirSync(home.authorities)).toEqual(ids);
  await world.manifest(manifest => {
    expect(
      manifest
        .authorities()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids);
    expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken');
    for (const { id, certificate, keyLocation } of manifest.authorities()) {
      if (certificate === undefined) expect(readFileSync(home.authority(id).csr, 'utf8')).toContain('BEGIN CERT');
      else {
        expect(new Uint8Array(new X509Certificate(readFileSync(home.authority(id).certificate)).raw)).toEqual(
          certificate.der,
        );
        expect(manifest.latestCrl(id)).toBeDefined();
        expect(existsSync(home.public.crlPem(id))).toBe(true);
      }
      if (keyLocation === 'file') createPrivateKey(readFileSync(home.authority(id).key));
      else {
        const key = createPrivateKey(readFileSync(join(world.cwd, 'root.key')));
        expect(new X509Certificate(certificate!.der).checkPrivateKey(key)).toBe(true);
        expect(existsSync(home.authority(id).key)).toBe(false);
      }
    }
  });
  for (const path of [home.policy, home.public.bundlePem, home.public.bundleJson]) expect(existsSync(path)).toBe(true);
}

describe.each(VARIANTS)('creating %s', (_, flags, ids) => {
  const argv = [...INIT, ...flags];
  const inputs = ['ca.crt', 'ca.key'];
  const made = flags.includes('--root-key-out') ? ['.svcauth', ...inputs, 'root.key'] : ['.svcauth', ...inputs];

  test('a power failure at any step of init leaves nothing or everything, and the next try succeeds', async () => {
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = freshWorld();
      const { status, moments } = await runUntil(world, moment, argv);
      ended = moments < moment;
      expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);
      const rootKey = join(world.cwd, 'root.key');
      if (existsSync(world.home.directory)) {
        await requireWhole(world, ids);
        expect((await runSvcauth(world, argv)).stderr).toContain('[ERR_HOME_EXISTS]');
      } else {
        if (existsSync(rootKey)) {
          const stray = readFileSync(rootKey);
          const { status, stderr } = await runSvcauth(world, argv);
          expect(status).toBe(2);
          expect(stderr).toContain('the file exists and may be a key');
          expect(stderr).toContain('if an interrupted "svcauth ca init" for this home left the file');
          expect(readFileSync(rootKey)).toEqual(stray);
          rmSync(rootKey);
        }
        await world.succeed(...argv);
        await requireWhole(world, ids);
        expect(readdirSync(world.cwd).sort()).toEqual(made);
      }
      rmSync(world.cwd, { recursive: true });
    }
  });

  test('a full disk at any step of init leaves no other file', async () => {
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = freshWorld();
      const { status, stderr, moments } = await runUntil(world, moment, argv, 'disk-full');
      ended = moments < moment;
      if (existsSync(world.home.directory)) await requireWhole(world, ids);
      else {
        expect(status, `moment ${moment}`).toBe(1);
        expect(stderr).toContain('no space is left on the disk');
        expect(readdirSync(world.cwd).sort()).toEqual(inputs);
      }
      rmSync(world.cwd, { recursive: true });
    }
  });
});

test('init never overwrites a file at the path of the root key', async () => {
  const world = freshWorld();
  const rootKey = join(world.cwd, 'root.key');
  const argv = ['ca', 'init', '--trust-domain', 'example.org', '--root-key-out', 'root.key', '--passphrase-fd', '3'];
  world.readDescriptor = () => {
    writeFileSync(rootKey, 'another file');
    return new TextEncoder().encode('correct horse\n');
  };
  const { status, stderr } = await runSvcauth(world, argv);
  expect([status, stderr]).toEqual([1, expect.stringContaining('it already exists')]);
  expect(readFileSync(rootKey, 'utf8')).toBe('another file');
  expect(readdirSync(world.cwd).sort()).toEqual(['ca.crt', 'ca.key', 'root.key']);
});
