import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../../../support/pki/pki.ts';
import { runSvcauth } from '../../../support/world/world.ts';
import { setPolicy } from '../../../planted/site.ts';

const DAY = 86_400_000;

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate([], [['issue', 'web']]);
});

const later = (world: PkiWorld, milliseconds: number): void => {
  world.now = new Date(world.now.getTime() + milliseconds);
};

interface Found {
  readonly name: string;
  readonly severity: string;
  readonly remedy?: string;
}

const findings = async (world: PkiWorld): Promise<readonly Found[]> =>
  (JSON.parse((await runSvcauth(world, ['check', '-o', 'json'])).stdout) as { findings: readonly Found[] }).findings;

describe('a passphrase that tick does not have', () => {
  const PASSPHRASE = 'correct horse battery';

  test('check reports it from the first tick on, and the remedy ends the finding', async () => {
    const world = template();
    const file = join(world.cwd, 'passphrase');
    writeFileSync(file, PASSPHRASE, { mode: 0o600 });
    const home = join(world.cwd, 'locked');
    await world.succeed('ca', 'init', '--trust-domain', 'example.org', '--home', home, '--passphrase-file', file);
    world.env['SVCAUTH_HOME'] = home;
    expect(await findings(world)).toEqual([]);
    await runSvcauth(world, ['tick', '--home', home]);
    const seen = JSON.parse((await runSvcauth(world, ['check', '--home', home, '-o', 'json'])).stdout) as {
      findings: readonly Found[];
    };
    expect(seen.findings).toMatchObject([
      { name: 'rotation-blocked', severity: 'warning', remedy: 'svcauth tick --passphrase-file FILE' },
    ]);
    await world.succeed('tick', '--home', home, '--passphrase-file', file);
    await world.succeed('check', '--home', home);
  });
});

describe('the mode of a tier', () => {
  test('a tier that operators rotate is left alone, and a command hands it to tick', async () => {
    const world = template();
    await world.succeed('ca', 'rotate', 'manual', '--tier', 'issuing');
    later(world, 321 * DAY);
    const { stdout } = await runSvcauth(world, ['tick']);
    expect(stdout).not.toContain('issuing-g2');
    expect((await findings(world)).map(({ name }) => name)).toContain('rotation-due');
    await world.succeed('ca', 'rotate', 'auto', '--tier', 'issuing');
    expect((await runSvcauth(world, ['tick', '--dry-run'])).stdout).toMatch(/^would prepare +issuing-g2/m);
    expect((await findings(world)).map(({ name }) => name)).not.toContain('rotation-due');
  });
});

test('a dry run shows the step that a tick takes, although CRLs are stale until the tick has signed them', async () => {
  const world = template();
  later(world, 321 * DAY);
  const planned = (await runSvcauth(world, ['tick', '--dry-run'])).stdout;
  expect(planned).toMatch(/^would sign crl +issuing-g1 /m);
  expect(planned).toMatch(/^would prepare +issuing-g2 /m);
  expect((await runSvcauth(world, ['tick'])).stdout).toMatch(/^prepared +issuing-g2 /m);
});

test('the CRL of a new CA is out in the tick that prepares the CA', async () => {
  const world = template();
  const docroot = join(world.cwd, 'docroot');
  mkdirSync(docroot);
  setPolicy(world, { 'crl.publishTo': [docroot] });
  later(world, 321 * DAY);
  expect((await runSvcauth(world, ['tick'])).stdout).toMatch(/^prepared +issuing-g2 /m);
  expect(existsSync(join(docroot, 'crl/issuing-g2.crl'))).toBe(true);
});

test('tick keeps the key of the CA that it retires, and the command destroys that key alone', async () => {
  const world = template();
  const rotate = (step: string) => world.succeed('ca', 'rotate', step, '--tier', 'issuing');
  await rotate('prepare');
  await rotate('publish');
  later(world, 2 * DAY);
  await runSvcauth(world, ['tick']);
  await rotate('activate');
  await rotate('drain');
  await runSvcauth(world, ['tick']);
  for (let day = 0; day < 33; day += 3) {
    later(world, 3 * DAY);
    await runSvcauth(world, ['tick']);
  }
  const status = JSON.parse(await world.succeed('ca', 'rotate', 'status', '--tier', 'issuing', '-o', 'json')) as object;
  expect(status).toMatchObject({ phase: 'none', mode: 'auto', unneededKeys: ['issuing-g1'] });
  await world.succeed('ca', 'key', 'destroy', 'issuing-g1');
  const after = JSON.parse(await world.succeed('ca', 'rotate', 'status', '--tier', 'issuing', '-o', 'json')) as object;
  expect(after).toMatchObject({ unneededKeys: [] });
});

test('a clock that went back by a second between two steps leaves no contradiction', async () => {
  const world = template();
  const rotate = (step: string) => world.succeed('ca', 'rotate', step, '--tier', 'issuing');
  await rotate('prepare');
  await rotate('publish');
  later(world, 2 * DAY);
  await runSvcauth(world, ['tick']);
  await rotate('activate');
  later(world, -1000);
  await rotate('drain');
  await world.succeed('ca', 'rotate', 'status', '--tier', 'issuing');
});
