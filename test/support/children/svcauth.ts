// Runs the whole program in its own process, from its sources.
import { main, openWorld } from '../../../src/main.ts';

const world = openWorld(process, () => new Date('2026-11-21T00:00:00Z'));
const status = await main(process.argv.slice(2), world);
await world.flush();
process.exit(status);
