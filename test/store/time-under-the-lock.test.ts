import { expect, test } from 'vitest';
import { changePki } from '../../src/store/open-pki.ts';
import { makeHome } from '../support/world/home.ts';
import { fakeWorld } from '../support/world/world.ts';

test('a run that waited for the lock has the time at which it got the lock', async () => {
  const world = fakeWorld();
  await makeHome(world, {});
  const later = new Date(world.now.getTime() + 8_000);
  world.clock = () => later;
  expect(await changePki(world, undefined, 'crl refresh', pki => pki.world.now)).toEqual(later);
});

test('work outside the lock takes time, and the time never goes back', async () => {
  const world = fakeWorld();
  await makeHome(world, {});
  const seconds = (count: number) => new Date(world.now.getTime() + count * 1000);
  const [began, later, earlier] = [seconds(1), seconds(60), seconds(30)];
  world.clock = () => began;
  const seen = await changePki(world, undefined, 'tick', async pki => {
    await pki.outsideLock(async () => void (world.clock = () => later));
    const first = pki.world.now;
    await pki.outsideLock(async () => void (world.clock = () => earlier));
    return [first, pki.world.now];
  });
  expect(seen).toEqual([later, later]);
});
