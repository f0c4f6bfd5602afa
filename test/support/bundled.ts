import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

const SUPPORT = import.meta.dirname;

/** Bundles a TypeScript file of test/support/children for its own process; returns the script, in `directory`. */
export async function bundled(name: string, directory: string): Promise<string> {
  const outfile = join(directory, name.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(SUPPORT, 'children', name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // the script is in a directory without node_modules
    alias: { libsql: join(SUPPORT, '../../node_modules/libsql/index.js') },
    // commander is CommonJS
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['@libsql/*', '*/libsql/index.js'],
  });
  return outfile;
}

/** Starts a child that does not outlive its test; its stdout is piped. */
export function startChild(argv: readonly string[]): ChildProcess {
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
