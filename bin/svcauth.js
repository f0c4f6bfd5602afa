#!/usr/bin/env node
// Opens the real world, calls main(), ends with its status.
import module from 'node:module';

module.enableCompileCache?.();
const { main, openWorld } = await import('../dist/main.js');

// A reader that went away (`svcauth status | head`) is no failure, and no reason to stop half-way through the work.
// Any other lost output (a full disk) is.
let lost;
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') lost = error;
});
process.stderr.on('error', () => undefined);

const status = await main(process.argv.slice(2), openWorld(process, new Date()));
await new Promise(flushed => process.stdout.write('', flushed));
if (lost !== undefined) process.stderr.write(`svcauth: error: cannot write the output: ${lost.message}\n`);
// explicitly: a worker or a native handle must not keep a finished run alive (nodejs/node#54918)
process.exit(lost !== undefined && status === 0 ? 1 : status);
