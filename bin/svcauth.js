#!/usr/bin/env node
// Opens the real world, calls main(), and exits with its status. CommonJS (see package.json in this directory), because it starts sooner.
const { loadMain } = require('./load.js');

const { main, openWorld } = loadMain();
const world = openWorld(process, () => new Date());
main(process.argv.slice(2), world)
  .then(status => world.flush().then(() => status))
  // explicitly: a worker or a native handle must not keep a finished run alive (nodejs/node#54918)
  .then(process.exit);
