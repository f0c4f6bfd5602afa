import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/store/files/files.ts';
import { faultyFiles } from '../support/world/faulty-files.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../support/world/world.ts';

const NAMES = ['svcauth.service', 'svcauth.timer'];

const write = (world: FakeWorld, ...flags: readonly string[]) =>
  runSvcauth(world, ['config', 'systemd', '--out', 'units', ...flags]);
const read = (world: FakeWorld) => NAMES.map(name => readFileSync(join(world.cwd, 'units', name), 'utf8'));

/** Units of an earlier run, which are replaced. */
async function withUnits(): Promise<FakeWorld> {
  const world = fakeWorld();
  await write(world, '--user', 'before', '--every', '1d');
  return world;
}

async function everyStep() {
  const world = await withUnits();
  world.files = faultyFiles();
  await write(world, '--force');
  return Array.from({ length: (world.files as ReturnType<typeof faultyFiles>).steps() }, (_, i) => i + 1);
}

test.for(await everyStep())('a power failure at step %i leaves old or new units, never partial ones', async step => {
  const world = await withUnits();
  const before = read(world);
  world.files = faultyFiles(step);
  expect((await write(world, '--force')).status).not.toBe(0);
  const left = read(world);
  world.files = nodeFiles;
  expect((await write(world, '--force')).status).toBe(0);
  const after = read(world);
  for (const [index, text] of left.entries()) expect([before[index], after[index]]).toContain(text);
  expect(readdirSync(join(world.cwd, 'units'))).toEqual(NAMES);
});
