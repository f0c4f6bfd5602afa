// npm run conformance [word]: third-party suites against the validator, one line each; status 1 for what is neither right nor listed.
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
