// Loads dist/main.cjs with V8's code cache from the build, which saves a third of every start. V8 rejects the cache of another Node
// version or another machine, and compiles then. Node's own compile cache (Node >= 22.1) is in a temporary directory that other
// accounts may have prepared, and this program reads CA keys: so it is off.
const { readFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const FILE = join(__dirname, '../dist/main.cjs');
exports.CACHE_FILE = join(__dirname, '../dist/main.cache');

/** Returns the exports of main.ts, and the script they come from. */
exports.loadMain = function loadMain() {
  const script = new Script(wrap(readMain()), { filename: FILE, cachedData: readCache() });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, createRequire(FILE), loaded, FILE, dirname(FILE));
  return { ...loaded.exports, script };
};

function readMain() {
  try {
    // esbuild escapes every character that is not ASCII
    return readFileSync(FILE, 'latin1');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write('svcauth: error: it is not built yet\nsvcauth: hint: npm ci && npm run build\n');
    process.exit(1);
  }
}

function readCache() {
  try {
    return readFileSync(exports.CACHE_FILE);
  } catch {
    return undefined;
  }
}
