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
