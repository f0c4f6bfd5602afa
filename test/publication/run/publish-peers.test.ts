import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

async function addPeer(world: PkiWorld, sequence = 7): Promise<void> {
  writeFileSync(join(world.cwd, 'partner.json'), encodeSpiffeBundle([der], sequence, 300));
  await world.succeed('bundle', 'add-peer', 'partner.example', '--from', 'partner.json');
}

const at = ({ cwd }: PkiWorld, ...names: readonly string[]) => join(cwd, 'www', ...names);
const served = (world: PkiWorld) => ({
  map: [...parseBundleMap(readFileSync(at(world, 'bundle-map.json'), 'utf8')).keys()],
  files: existsSync(at(world, 'peers')) ? readdirSync(at(world, 'peers')) : [],
});
const BOTH = { map: ['example.org', 'partner.example'], files: ['partner.example.json', 'partner.example.pem'] };
const OURS = { map: ['example.org'], files: [] };

test('a directory is left without bundles of peers as long as there are none', async () => {
  const world = fresh();
  await world.succeed(...PUBLISH);
  expect([existsSync(at(world, 'bundle-map.json')), existsSync(at(world, 'peers'))]).toEqual([false, false]);
});

test('brings the bundles of peers, and takes away what is of a peer no more', async () => {
  const world = fresh();
  await addPeer(world);
  await world.succeed(...PUBLISH);
  expect(served(world)).toEqual(BOTH);
  expect(await world.succeed(...PUBLISH)).toContain('nothing changed');
  await world.succeed('bundle', 'remove-peer', 'partner.example');
  expect(await world.succeed(...PUBLISH, '--dry-run')).toContain('would remove  peers/partner.example.pem');
  await world.succeed(...PUBLISH);
  expect(served(world)).toEqual(OURS);
});

test('does not bring an older bundle than is served: this manifest forgot something', async () => {
  const world = fresh();
  await addPeer(world, 8);
  await world.succeed(...PUBLISH);
  await world.succeed('bundle', 'remove-peer', 'partner.example');
  await addPeer(world, 7);
  const { status, stderr } = await runSvcauth(world, PUBLISH);
  expect(status).toBe(7);
  expect(stderr).toContain('the sequence of the bundle of partner.example would go back from 8 to 7');
  expect(served(world)).toEqual(BOTH);
});

test('wherever the power fails, the map names no bundle that is not there, and the next run ends it', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    await addPeer(world);
    await world.succeed(...PUBLISH);
    await world.succeed('bundle', 'remove-peer', 'partner.example');
    const { moments } = await runUntil(world, moment, PUBLISH);
    ended = moments < moment;
    const between = served(world);
    if (between.map.length > 1) expect(between.files).toEqual(BOTH.files);
    await world.succeed(...PUBLISH);
    expect(served(world)).toEqual(OURS);
  }
});
