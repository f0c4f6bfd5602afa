#!/usr/bin/env node
// Opens the real world, calls main(), ends with its status.
import module from 'node:module';

module.enableCompileCache?.();
const { main, openWorld } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2), openWorld(process, new Date()));
