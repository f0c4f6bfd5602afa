import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseBundleMap } from '../../../src/pki/bundle/read.ts';
import { encodeSpiffeBundle } from '../../../src/pki/bundle/trust-bundle.ts';
import { makeCa } from '../../support/pki/path-pki.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runUntil } from '../../support/world/power-failure.ts';
import { runSvcauth } from '../../support/world/world.ts';

const { der } = makeCa({ name: 'partner root', notAfter: '2036-01-01' });
const PUBLISH = ['crl', 'publish', '--to', 'www'];

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate();
});

async function federate(world: PkiWorld, sequence = 7): Promise<void> {
  writeFileSync(join(world.cwd, 'partner.json'), encodeSpiffeBundle([der], sequence, 300));
  await world.succeed('bundle', 'federate', 'partner.example', '--from', 'partner.json');
}

const at = ({ cwd }: PkiWorld, ...names: readonly string[]) => join(cwd, 'www', ...names);
const served = (world: PkiWorld) => ({
  map: [...parseBundleMap(readFileSync(at(world, 'bundle-map.json'), 'utf8')).keys()],
  files: existsSync(at(world, 'federated')) ? readdirSync(at(world, 'federated')) : [],
});
const BOTH = { map: ['example.org', 'partner.example'], files: ['partner.example.json', 'partner.example.pem'] };
const OURS = { map: ['example.org'], files: [] };

test('a directory gets no federated bundles while there are none', async () => {
  const world = fresh();
  await world.succeed(...PUBLISH);
  expect([existsSync(at(world, 'bundle-map.json')), existsSync(at(world, 'federated'))]).toEqual([false, false]);
});

test('publishes federated bundles, and removes them with their trust domain', async () => {
  const world = fresh();
  await federate(world);
  await world.succeed(...PUBLISH);
  expect(served(world)).toEqual(BOTH);
  expect(await world.succeed(...PUBLISH)).toContain('nothing changed');
  await world.succeed('bundle', 'unfederate', 'partner.example');
  expect(await world.succeed(...PUBLISH, '--dry-run')).toContain('would remove  federated/partner.example.pem');
  await world.succeed(...PUBLISH);
  expect(served(world)).toEqual(OURS);
});

test('refuses a bundle older than the published one', async () => {
  const world = fresh();
  await federate(world, 8);
  await world.succeed(...PUBLISH);
  await world.succeed('bundle', 'unfederate', 'partner.example');
  await federate(world, 7);
  const { status, stderr } = await runSvcauth(world, PUBLISH);
  expect(status).toBe(7);
  expect(stderr).toContain('the sequence of the bundle of partner.example would go back from 8 to 7');
  expect(served(world)).toEqual(BOTH);
});

test('after a power failure at any step the map names no missing bundle, and the next run finishes', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    await federate(world);
    await world.succeed(...PUBLISH);
    await world.succeed('bundle', 'unfederate', 'partner.example');
    const { moments } = await runUntil(world, moment, PUBLISH);
    ended = moments < moment;
    const between = served(world);
    if (between.map.length > 1) expect(between.files).toEqual(BOTH.files);
    await world.succeed(...PUBLISH);
    expect(served(world)).toEqual(OURS);
  }
});

/** Gives a directory the name that the first versions wrote. */
const makeFormer = (directory: string): void => renameSync(join(directory, 'federated'), join(directory, 'peers'));

test('a directory of an earlier version keeps peers/ and its inode, and federated links to it', async () => {
  const world = fresh();
  await federate(world);
  await world.succeed(...PUBLISH);
  makeFormer(at(world));
  const { ino } = statSync(at(world, 'peers'));
  await federate(world, 8);
  const dryRun = await world.succeed(...PUBLISH, '--dry-run');
  expect(dryRun).toContain('would link  federated -> peers');
  expect(dryRun).toContain('would replace  federated/partner.example.json');
  expect(existsSync(at(world, 'federated'))).toBe(false);
  expect(await world.succeed(...PUBLISH, '--dry-run', '-o', 'json')).toContain('"target": "peers"');
  await world.succeed(...PUBLISH);
  expect(readlinkSync(at(world, 'federated'))).toBe('peers');
  expect(statSync(at(world, 'peers')).ino).toBe(ino);
  expect(readFileSync(at(world, 'peers', 'partner.example.json'), 'utf8')).toContain('"spiffe_sequence": 8');
  expect(served(world)).toEqual(BOTH);
  expect(await world.succeed(...PUBLISH)).toContain('nothing changed');
  await world.succeed('bundle', 'unfederate', 'partner.example');
  await world.succeed(...PUBLISH);
  expect(readdirSync(at(world, 'peers'))).toEqual([]);
});

test('a directory of an earlier version that loses a trust domain at once loses its files in peers/', async () => {
  const world = fresh();
  await federate(world);
  await world.succeed(...PUBLISH);
  makeFormer(at(world));
  await world.succeed('bundle', 'unfederate', 'partner.example');
  await world.succeed(...PUBLISH);
  expect(readdirSync(at(world, 'peers'))).toEqual([]);
  expect(served(world)).toEqual(OURS);
});

test('a home of an earlier version keeps peers/, reads it at once and links federated at the first change', async () => {
  const world = fresh();
  await federate(world);
  const { directory } = world.home.public;
  makeFormer(directory);
  expect(await world.succeed('bundle', 'verify')).toContain('good  public/peers/partner.example.json');
  expect(existsSync(join(directory, 'federated'))).toBe(false);
  expect(await world.succeed('bundle', 'write')).toContain('public/federated/partner.example.json');
  expect(readlinkSync(join(directory, 'federated'))).toBe('peers');
  expect(await world.succeed('bundle', 'verify')).toContain('good  public/federated/partner.example.json');
  await federate(world, 8);
  expect(readFileSync(join(directory, 'peers', 'partner.example.json'), 'utf8')).toContain('"spiffe_sequence": 8');
});

test('after the operator removes peers/ the next run writes a real directory federated', async () => {
  const world = fresh();
  await federate(world);
  await world.succeed(...PUBLISH);
  for (const directory of [world.home.public.directory, at(world)]) makeFormer(directory);
  await world.succeed('bundle', 'write');
  await world.succeed(...PUBLISH);
  for (const directory of [world.home.public.directory, at(world)])
    rmSync(join(directory, 'peers'), { recursive: true });
  await world.succeed('bundle', 'write');
  await world.succeed(...PUBLISH);
  expect(lstatSync(join(world.home.public.directory, 'federated')).isDirectory()).toBe(true);
  expect(lstatSync(at(world, 'federated')).isDirectory()).toBe(true);
  expect(served(world)).toEqual(BOTH);
});
