// Times the longest stall of a service while its CRL of 100,000 entries changes, and a look without a change.
// The probe is a chain of setImmediate: the longest gap between two of its turns is how long a request would have waited. The main
// figure counts the time of this thread alone: on a busy machine, other processes make gaps as well.
// A million entries: SVCAUTH_BENCH_MILLION=1.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openX509Source } from 'svcauth/node';
import { importEntry, median, ms, report, run, svcauth, workDirectory } from './measure.js';

const SIZES = [1_000, 100_000, ...(process.env.SVCAUTH_BENCH_MILLION ? [1_000_000] : [])];
const ROUNDS = 5;

const directory = workDirectory();
const { fillRevocations } = await importEntry(directory, 'revocations');

/** Returns the milliseconds that this thread has run, without those in which another process had its core; undefined elsewhere. */
const threadTime = () => {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
};

/** Returns the longest times in milliseconds for which the work kept the event loop from a turn, by three measures. */
async function longestGap(work) {
  const longest = { wall: 0, thread: 0 };
  let [last, lastThread, isOver] = [performance.now(), threadTime(), false];
  const turn = () => {
    const [now, thread] = [performance.now(), threadTime()];
    longest.wall = Math.max(longest.wall, now - last);
    longest.thread = Math.max(longest.thread, thread - lastThread);
    [last, lastThread] = [now, thread];
    if (!isOver) setImmediate(turn);
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  setImmediate(turn);
  await new Promise(resolve => setTimeout(resolve, 20));
  Object.assign(longest, { wall: 0, thread: 0 });
  delay.reset();
  await work();
  isOver = true;
  delay.disable();
  return { ...longest, delay: delay.max / 1e6 };
}

function tell(what, gaps, entries) {
  const most = name => Math.max(...gaps.map(gap => gap[name]));
  const middle = median(gaps.map(({ thread }) => thread));
  const [thread, wall, delay] = ['thread', 'wall', 'delay'].map(most);
  report(
    `${what}, ${entries}`,
    ms(thread),
    `median ${ms(middle)}; by the clock ${ms(wall)}, event loop delay ${ms(delay)}`,
  );
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
  tell('the longest stall while a CRL changes', gaps, entries);
  tell('the longest stall at the next handshake', first, entries);
  report(`a look without a change, ${entries}`, ms(median(looks)), 'of processor time');
  const { rss, arrayBuffers } = process.memoryUsage();
  report(
    `memory of two sources, ${entries}`,
    `${(rss / 1e6).toFixed(0)} MB`,
    `${(arrayBuffers / 1e6).toFixed(0)} MB in buffers`,
  );
  server.close();
}
