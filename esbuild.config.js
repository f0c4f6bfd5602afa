// Bundles src/ into dist/: main.cjs holds all of our own code, dist/lib/ the heavy libraries, each loaded when a command needs it;
// node.mjs and node.cjs are what services import as svcauth/node, with their types; svcauth-node/ and its tarball have the same files.
// CommonJS, because Node starts it in half the time: it is read at once, where every ES module is several asynchronous steps.
// Modules behind `await import()` are evaluated when they are asked for.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import typescript from 'typescript';

/** Too heavy for the start: 70-190 ms unbundled. Our own doors to them where there are some, so that what is unused goes. */
const LIBRARIES = {
  peculiar: 'src/pki/peculiar.ts',
  'document-schema': 'src/view/document-schema.ts',
  inquirer: 'inquirer',
  chalk: 'chalk',
  yaml: 'yaml',
  'csv-parse': 'csv-parse/sync',
};

const heavyLibraries = {
  name: 'heavy-libraries',
  setup({ onResolve }) {
    onResolve({ filter: /^(inquirer|chalk|yaml|csv-parse\/sync)$|\/(peculiar|document-schema)\.ts$/ }, ({ path }) => {
      const file = path.replace(/^(\.+\/)+/, '/');
      const [name] = Object.entries(LIBRARIES).find(([, entry]) => entry === path || entry.endsWith(file));
      return { path: `./lib/${name}.cjs`, external: true };
    });
  },
};

/** commander starts programs for subcommands that are executables of their own; we have none, and it costs 2 ms a start. */
const withoutChildProcess = {
  name: 'commander-without-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const common = {
  bundle: true,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20.19',
  // import() of a file of ours is a lazy require; the ES module loader stays out of it
  supported: { 'dynamic-import': false },
  // the ES modules of @peculiar/x509 shake to two thirds of its CommonJS, and load in half the time
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: { main: 'src/main.ts' },
    outdir: 'dist',
    // bin/load.js hands it in as for any CommonJS module
    define: { 'import.meta.dirname': '__dirname' },
    // the native binding stays in node_modules
    external: ['@libsql/*'],
    // both ask process.report for the C library, which takes 9 ms; ours looks at one path
    alias: {
      'detect-libc': './src/store/manifest/native-target.ts',
      '@neon-rs/load': './src/store/manifest/native-target.ts',
    },
    plugins: [heavyLibraries, withoutChildProcess],
  }),
  build({ ...common, entryPoints: LIBRARIES, outdir: 'dist/lib' }),
  ...['esm', 'cjs'].map(buildNodeLibrary),
]);
packNodeLibrary();

/** Readable: it is what a service's stack traces show. */
async function buildNodeLibrary(format) {
  const letter = format === 'esm' ? 'm' : 'c';
  const api = 'src/node-library/api.ts';
  const types = 'src/node-library/types.ts';
  await build({
    entryPoints: [api],
    outfile: `dist/node.${letter}js`,
    bundle: true,
    format,
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
  // one file that stands alone: the types, then the functions without their import of the types
  const functions = declarationsOf(api).replace(/^(im|ex)port type .* from '\.\/types\.ts';\n/gm, '');
  if (functions.includes("from './")) throw new Error(`${api}: public types belong into ${types}`);
  writeFileSync(`dist/node.d.${letter}ts`, `${declarationsOf(types)}${functions}`);
}

/** Makes the package svcauth-node of the same files: a service does not install the command line. */
function packNodeLibrary() {
  const directory = 'dist/svcauth-node';
  const { version, license, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const conditions = letter => ({ types: `./index.d.${letter}ts`, default: `./index.${letter}js` });
  const description = 'TLS for Node services with SPIFFE certificates: follows certificate, key, anchors and CRLs';
  const manifest = {
    ...{ name: 'svcauth-node', version, description, license, engines },
    ...{ type: 'module', sideEffects: false, main: './index.cjs', types: './index.d.cts' },
    exports: { '.': { import: conditions('m'), require: conditions('c') }, './package.json': './package.json' },
  };
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const ending of ['mjs', 'cjs', 'd.mts', 'd.cts']) {
    copyFileSync(`dist/node.${ending}`, join(directory, `index.${ending}`));
  }
  copyFileSync('LICENSE', join(directory, 'LICENSE'));
  const page = readFileSync('docs/node.md', 'utf8');
  // links to other pages lead nowhere in the package
  writeFileSync(join(directory, 'README.md'), page.replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, '$1'));
  const quiet = ['--silent', '--ignore-scripts', '--pack-destination', 'dist'];
  execFileSync('npm', ['pack', ...quiet, `./${directory}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function declarationsOf(file) {
  return typescript.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { isolatedDeclarations: true, target: typescript.ScriptTarget.ES2023 },
  }).outputText;
}

/** V8 compiles a function when it is first called: what these command lines call is in the cache, and every start reads all of it. */
const WARM_UP = [['--version'], ['issue', 'payments'], ['tick'], ['status'], ['check']];

const directory = mkdtempSync(join(tmpdir(), 'svcauth-build-'));
const init = ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none'];
// in a process of its own: what only this calls, once in the life of a PKI, is not in the cache
execFileSync(process.execPath, [resolve('bin/svcauth.js'), ...init], {
  cwd: directory,
  env: {},
  stdio: ['ignore', 'ignore', 'inherit'],
});
const { CACHE_FILE, loadMain } = createRequire(import.meta.url)('./bin/load.js');
const { main, openWorld, script } = loadMain();
const nowhere = { write: () => undefined, isTTY: false, columns: 0 };
const world = { ...openWorld(process, () => new Date()), cwd: directory, env: {}, out: nowhere, err: nowhere };
for (const argv of WARM_UP) await main(argv, world);
writeFileSync(CACHE_FILE, script.createCachedData());
rmSync(directory, { recursive: true });
