// npm run conformance [word]: runs third-party suites against the validator, one line each. Status 1 for an unexplained deviation.
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MUTANTS = 200_000;

const directory = mkdtempSync(join(tmpdir(), 'svcauth-conformance-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const outfile = join(directory, 'conformance.mjs');
buildSync({
  entryPoints: [fileURLToPath(new URL('conformance.ts', import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(fileURLToPath(new URL('deviations.json', import.meta.url)), MUTANTS, process.argv[2]);
