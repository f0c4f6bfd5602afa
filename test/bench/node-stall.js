// Times the longest stall of a service while its CRL of 100,000 entries changes, and a look without a change.
// The probe is a chain of setImmediate: the longest gap between two of its turns is how long a request would have waited.
// A million entries: SVCAUTH_BENCH_MILLION=1.
import { buildSync } from 'esbuild';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openX509Source } from 'svcauth/node';
import { median, ms, report, run, svcauth, workDirectory } from './measure.js';

const SIZES = [1_000, 100_000, ...(process.env.SVCAUTH_BENCH_MILLION ? [1_000_000] : [])];
const ROUNDS = 5;

const directory = workDirectory();
const outfile = join(directory, 'revocations.mjs');
buildSync({
  entryPoints: [fileURLToPath(new URL('revocations-entry.ts', import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@libsql/*'],
  nodePaths: [fileURLToPath(new URL('../../node_modules', import.meta.url))],
  banner: {
    js: `import{createRequire}from'node:module';const require=createRequire(${JSON.stringify(import.meta.url)});`,
  },
});
const { fillRevocations } = await import(pathToFileURL(outfile).href);

/** Returns the longest time in milliseconds for which the work kept the event loop from a turn. */
async function longestGap(work) {
  let [longest, last, isOver] = [0, performance.now(), false];
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await new Promise(resolve => setImmediate(resolve));
  longest = 0;
  await work();
  isOver = true;
  return longest;
}

for (const size of SIZES) {
  const home = join(directory, String(size));
  const at = (...names) => join(home, ...names);
  run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', home));
  for (const service of ['payments', 'reports']) run(svcauth('issue', service, '--home', home));
  await fillRevocations(at('manifest.db'), size, new Date(Math.floor(Date.now() / 1000) * 1000));
  const refresh = svcauth('crl', 'refresh', '--ca', 'issuing-g1', '--force', '--home', home);
  run(refresh);
  const open = service =>
    openX509Source({
      dir: at('services', service),
      bundle: at('public', 'bundle.pem'),
      crls: at('public', 'crl-bundle.pem'),
      interval: 86_400_000,
    });
  const [payments, reports] = [await open('payments'), await open('reports')];
  const server = payments.createTlsServer({ allow: { memberOf: 'example.org' } }, socket => void socket.write('yes'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [gaps, first] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    run(refresh);
    gaps.push(await longestGap(() => payments.refresh()));
    await reports.refresh();
    first.push(
      await longestGap(async () => {
        const target = { host: '127.0.0.1', port: server.address().port };
        const socket = reports.connect({ ...target, allow: { memberOf: 'example.org' } });
        await once(socket, 'data');
        socket.destroy();
      }),
    );
  }
  // files count as fresh for two seconds, and are read again
  await new Promise(resolve => setTimeout(resolve, 2_500));
  await payments.refresh();
  const looks = [];
  for (let i = 0; i < 20; i++) {
    const start = process.cpuUsage();
    await payments.refresh();
    const { user, system } = process.cpuUsage(start);
    looks.push((user + system) / 1000);
  }
  const entries = `${size.toLocaleString('en')} entries`;
  report(`the longest stall while a CRL changes, ${entries}`, ms(Math.max(...gaps)), `median ${ms(median(gaps))}`);
  report(`the longest stall at the next handshake, ${entries}`, ms(Math.max(...first)), `median ${ms(median(first))}`);
  report(`a look without a change, ${entries}`, ms(median(looks)), 'of processor time');
  server.close();
}
