// Times whole processes against an empty Node script in the same run: absolute times differ between machines.
import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const LAUNCHER = fileURLToPath(new URL('../../bin/svcauth.js', import.meta.url));

// if it is set, every start of node reads a file of certificates, which takes 40 ms and would distort the times
const { NODE_EXTRA_CA_CERTS: _, ...ENVIRONMENT } = process.env;

/** Makes a directory that is removed when the process ends. */
export function workDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'svcauth-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a program to its end; throws its output when it fails. Returns milliseconds and standard output. */
export function run(argv, options = {}) {
  const start = process.hrtime.bigint();
  const result = spawnSync(argv[0], argv.slice(1), { env: ENVIRONMENT, maxBuffer: 1 << 28, ...options });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (result.error) throw result.error;
  const expected = options.expectedStatus ?? 0;
  if (result.status !== expected) throw new Error(`${argv.join(' ')}: status ${result.status}\n${result.stderr}`);
  return { milliseconds, stdout: result.stdout.toString() };
}

export const svcauth = (...words) => [process.execPath, LAUNCHER, ...words];

/** Returns true when a program is installed. */
export const isInstalled = name => spawnSync(name, ['version'], { stdio: 'ignore' }).error === undefined;

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Times several programs in turn and returns medians, so a busy moment affects all of them. */
export function takeTurns(programs, rounds) {
  const times = new Map(Object.keys(programs).map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, once] of Object.entries(programs)) times.get(name).push(once(round));
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

/** Writes an empty module for node to run. */
export function emptyScript(directory) {
  const path = join(directory, 'empty.mjs');
  writeFileSync(path, '');
  return [process.execPath, path];
}

/** Returns the peak resident memory of a node program in MB, which it reports at its exit. */
export function peakMemory(argv, options = {}) {
  const tell = 'process.on("exit",()=>require("node:fs").writeSync(2,"\\npeak "+process.resourceUsage().maxRSS+"\\n"))';
  const hooked = [
    argv[0],
    '--import',
    `data:text/javascript,import{createRequire}from"node:module";const require=createRequire("/");${encodeURIComponent(tell)}`,
    ...argv.slice(1),
  ];
  const result = spawnSync(hooked[0], hooked.slice(1), { env: ENVIRONMENT, maxBuffer: 1 << 28, ...options });
  const peak = /\npeak (\d+)\n/.exec(result.stderr.toString())?.[1];
  if (peak === undefined) throw new Error(`no peak from ${argv.join(' ')}: ${result.stderr}`);
  return Number(peak) / 1024;
}

export const ms = value => `${value.toFixed(1)} ms`;

/** Formats one line of a report: the measured program and its reference. */
export const report = (what, value, beside) => console.log(`${what.padEnd(46)} ${value.padStart(12)}   ${beside}`);

/** Bundles `<name>-entry.ts` in this directory as svcauth itself is bundled, and returns its exports. */
export async function importEntry(directory, name) {
  const outfile = join(directory, `${name}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`${name}-entry.ts`, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    // the native binding stays in node_modules
    external: ['@libsql/*'],
    nodePaths: [fileURLToPath(new URL('../../node_modules', import.meta.url))],
    banner: {
      js: `import{createRequire}from'node:module';const require=createRequire(${JSON.stringify(import.meta.url)});`,
    },
  });
  return import(pathToFileURL(outfile).href);
}
