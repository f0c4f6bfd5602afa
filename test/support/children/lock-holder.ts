// Takes the lock of the given home in its own process, prints a line, and waits to be killed.
import { nodeFiles } from '../../../src/store/files/files.ts';
import { homeAt } from '../../../src/store/home.ts';
import { lockHome } from '../../../src/store/lock.ts';

const world = {
  files: nodeFiles,
  now: new Date('2026-11-21T00:00:00Z'),
  actor: 'cron@ca.example.org',
  pid: process.pid,
};
await lockHome(world, homeAt(process.argv[2]!), 'tick', 0);
process.stdout.write('locked\n');
setInterval(() => undefined, 1000);
