import type { World } from './world.ts';

/** Makes a world like `world` with another time. Properties are copied with their getters, so nothing is looked up early. */
export const worldAt = (world: World, now: Date): World =>
  Object.defineProperties({}, {
    ...Object.getOwnPropertyDescriptors(world),
    now: { value: now, enumerable: true },
  }) as World;
