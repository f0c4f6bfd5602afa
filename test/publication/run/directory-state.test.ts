import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadPolicy } from '../../../src/policy/run/load.ts';
import type { PublishedState } from '../../../src/publication/rules/published-state.ts';
import { publishedStates } from '../../../src/publication/run/directory-state.ts';
import { publishEverywhere } from '../../../src/publication/run/publications.ts';
import { changePki, readPki } from '../../../src/store/open-pki.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], []);
});

/** A world that publishes to `www`, which was published to once. */
async function published(): Promise<PkiWorld & { readonly www: string }> {
  const world = fresh();
  const www = join(world.cwd, 'www');
  const text = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, text.replace(/# publishTo: .*/, `publishTo: [${www}]`));
  await everywhere(world);
  return Object.assign(world, { www });
}

const everywhere = (world: PkiWorld) =>
  changePki(world, undefined, 'tick', async pki => publishEverywhere(pki, await loadPolicy(pki)));

const states = (world: PkiWorld): Promise<readonly PublishedState[]> =>
  readPki(world, undefined, async pki => publishedStates(pki, await loadPolicy(pki)));

const later = (world: PkiWorld, hours: number): Date => (world.now = new Date(world.now.getTime() + hours * 3_600_000));

test('names public/ and each directory with what it holds, and since when', async () => {
  const world = await published();
  const start = world.now;
  later(world, 5);
  await everywhere(world);
  const found = await states(world);
  expect(found.map(({ directory, isHome }) => [directory, isHome])).toEqual([
    [world.home.public.directory, true],
    [world.www, false],
  ]);
  for (const state of found) {
    expect(state).toMatchObject({ lastSuccess: world.now, lastTry: world.now });
    expect(state.anchors).toHaveLength(1);
    expect(state.bundleSequence).toBeGreaterThan(0);
    expect([...state.crls.keys()]).toEqual(['root-g1', 'issuing-g1']);
    expect([state.holdsAnchor('root-g1'), state.holdsAnchor('issuing-g1')]).toEqual([true, false]);
    expect([state.since('root-g1'), state.crlSince('issuing-g1')]).toEqual([start, start]);
  }
});

test('an anchor that is gone is not held, and counts anew once it is back', async () => {
  const world = await published();
  later(world, 5);
  rmSync(join(world.www, 'bundle.pem'));
  expect((await states(world))[1]).toMatchObject({ anchors: [] });
  expect((await states(world))[1]!.since('root-g1')).toBeUndefined();
  await everywhere(world);
  expect((await states(world))[1]!.since('root-g1')).toEqual(world.now);
});

test('a directory that cannot be written has the problem and the time of its last success', async () => {
  const world = await published();
  const success = world.now;
  rmSync(world.www, { recursive: true });
  writeFileSync(world.www, 'not a directory');
  const failed = later(world, 1);
  await everywhere(world);
  later(world, 1);
  await everywhere(world);
  const [, state] = await states(world);
  expect(state).toMatchObject({ lastSuccess: success, lastTry: world.now, problem: { since: failed } });
  expect(state!.content.obstacle).toBe('it is not a directory');
});

test('a named pipe in the directory is a damaged file, and is not opened', async () => {
  const world = await published();
  for (const name of ['bundle.pem', 'crl/root-g1.der', 'index.json']) {
    rmSync(join(world.www, name));
    execFileSync('mkfifo', [join(world.www, name)]);
  }
  const [, { content }] = (await states(world)) as [PublishedState, PublishedState];
  expect(content.bundle.problem).toEqual({ kind: 'damaged', file: 'bundle.pem', text: 'it is not a plain file' });
  expect(content.crls.get('root-g1')?.problem).toMatchObject({ kind: 'damaged', text: 'it is not a plain file' });
});

test('a CRL that another of our CAs signed is a damaged file', async () => {
  const world = await published();
  writeFileSync(join(world.www, 'crl/root-g1.der'), readFileSync(join(world.www, 'crl/issuing-g1.der')));
  const [, { content }] = (await states(world)) as [PublishedState, PublishedState];
  expect(content.crls.get('root-g1')?.problem).toMatchObject({ kind: 'damaged', file: 'crl/root-g1.der' });
  expect([...(await states(world))[1]!.crls.keys()]).toEqual(['issuing-g1']);
});

test('a directory that the policy no longer names is forgotten', async () => {
  const world = await published();
  const text = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, text.replace(/publishTo: .*/, '# publishTo: []'));
  await everywhere(world);
  const records = await world.manifest(manifest => manifest.publications().map(({ directory }) => directory));
  expect(records).toEqual([world.home.public.directory]);
});
