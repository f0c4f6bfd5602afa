// Bundles src/ into dist/: one small start-up chunk, and a chunk for everything that is imported lazily. Unbundled, the
// heavy libraries cost 70-190 ms of start-up; bundled and lazy they cost nothing until a command needs them.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';

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

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // the ES modules of @peculiar/x509 shake to two thirds of its CommonJS, and load in half the time
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: false,
  sourcemap: false,
  legalComments: 'linked',
  // the native binding stays in node_modules; everything else goes into the bundle
  external: ['@libsql/*'],
  // both ask process.report for the C library, which takes 9 ms; ours looks at one path
  alias: { 'detect-libc': './src/store/native-target.ts', '@neon-rs/load': './src/store/native-target.ts' },
  plugins: [withoutChildProcess],
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
