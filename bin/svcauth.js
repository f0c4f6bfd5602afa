#!/usr/bin/env node
// Opens the real world, calls main(), ends with its status.
import module from 'node:module';

module.enableCompileCache?.();
const { main, openWorld } = await import('../dist/main.js');
const world = openWorld(process, new Date());
const status = await main(process.argv.slice(2), world);
await world.flush();
// explicitly: a worker or a native handle must not keep a finished run alive (nodejs/node#54918)
process.exit(status);
