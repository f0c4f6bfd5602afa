// npm run test:matrix [major …] [-- FILE …]: runs the tests on other versions of Node. Each runs the tests
// that depend on Node. Each version runs in a copy of the tree, because a build belongs to one Node: the code cache in dist/ is V8's.
// Prints one line a version; status 1 when tests failed. A version that cannot be installed is skipped, with the reason.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const TREE = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(TREE, 'node_modules/.cache/matrix');
/** Paths that are not copied: linked or built again in the copy, or not needed by the tests. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'coverage', 'demo-pki']);

/** Tests whose result is the same on every version of Node: arithmetic, other programs, the structure of the tree. */
const SAME_EVERYWHERE = ['*/rules', '*/view', 'view', 'house', 'interop', 'planted', 'simulation', 'transcripts'].map(
  name => `test/${name}/**`,
);

/** Paths that are left out. */
const VERSIONS = { 24: SAME_EVERYWHERE, 22: SAME_EVERYWHERE, 26: SAME_EVERYWHERE };

const quiet = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };

/** Finds the program of a version in Node's npm package for this platform, or the reason why there is none. */
function installNode(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = join(CACHE, `node-${major}`);
  const program = join(directory, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
    const { status } = spawnSync('npm', ['install', ...flags, `${name}@${major}`], { ...quiet, cwd: directory });
    if (status !== 0) return { missing: `npm cannot install ${name}@${major}` };
  }
  const { status, stdout } = spawnSync(program, ['--version'], quiet);
  return status === 0 ? { program, version: stdout.trim() } : { missing: `${name}@${major} does not run here` };
}

function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'svcauth-matrix-'));
  cpSync(TREE, copy, { recursive: true, filter: path => !LEFT_OUT.has(relative(TREE, path).split(sep)[0]) });
  symlinkSync(join(TREE, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Builds and tests a copy of the tree; returns the result in words. */
function testWith({ program, version }, leftOut, files) {
  const copy = copyTree();
  try {
    const run = (...argv) => {
      const env = {
        ...process.env,
        PATH: `${dirname(program)}${delimiter}${process.env.PATH}`,
        // these are found beside the tree, and the copy is elsewhere
        SVCAUTH_VECTORS: process.env.SVCAUTH_VECTORS ?? join(TREE, '../shared/vectors'),
      };
      return spawnSync(program, argv, { cwd: copy, env, stdio: 'inherit' }).status === 0;
    };
    console.log(`\nNode ${version}: build`);
    if (!run('esbuild.config.js')) return { failed: true, words: 'the build failed' };
    const results = join(copy, 'results.json');
    const reporters = ['default', './test/support/skipped-reporter.ts', 'json'].map(name => `--reporter=${name}`);
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const excluded = leftOut.map(pattern => `--exclude=${pattern}`);
    const passed = run(vitest, 'run', ...reporters, `--outputFile.json=${results}`, ...excluded, ...files);
    if (!existsSync(results)) return { failed: true, words: 'the tests did not run' };
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
    const failures = numFailedTests > 0 || !passed ? `${numFailedTests} failed, ` : '';
    return { failed: !passed, words: `${failures}${numPassedTests} passed, ${numPendingTests} skipped` };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const argv = process.argv.slice(2);
const end = argv.indexOf('--') < 0 ? argv.length : argv.indexOf('--');
const [asked, files] = [argv.slice(0, end), argv.slice(end + 1)];
const unknown = asked.filter(major => !(major in VERSIONS));
if (unknown.length > 0) throw new Error(`not in the matrix: ${unknown.join(', ')}`);

const summary = [];
for (const major of asked.length > 0 ? asked : ['24', '22', '26']) {
  const node = installNode(major);
  if ('missing' in node) {
    summary.push(`Node ${major}: skipped: ${node.missing}`);
    continue;
  }
  const started = performance.now();
  const { failed, words } = testWith(node, VERSIONS[major], files);
  const seconds = Math.round((performance.now() - started) / 1000);
  const part = files.join(' ') || (VERSIONS[major].length === 0 ? 'all tests' : 'what depends on Node');
  summary.push(`Node ${node.version}: ${failed ? 'FAILED' : 'good'}: ${words} (${part}, ${seconds} s)`);
  if (failed) process.exitCode = 1;
}
console.log(`\n${summary.join('\n')}`);
