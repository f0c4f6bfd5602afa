// Times mutual TLS 1.3 handshakes through svcauth/node beside plain node:tls with the same files, and a look.
// Both ends are in this process. It measures processor time, which other work on the machine does not change. A peer that comes back
// was judged before; one that is seen for the first time has its path validated and its revocation checked.
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect, createServer, createSecureContext } from 'node:tls';
import { openX509Source } from 'svcauth/node';
import { median, ms, report, run, svcauth, workDirectory } from './measure.js';

const ROUNDS = 9;
const HANDSHAKES = 150;
const STRANGERS = 300;
const PAYMENTS = 'spiffe://example.org/payments';
const EVERYONE = { memberOf: 'example.org' };

const home = join(workDirectory(), 'pki');
const at = (...names) => join(home, ...names);
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', home));
for (const service of ['payments', 'reports']) run(svcauth('issue', service, '--dns', 'localhost', '--home', home));
const strangers = Array.from({ length: STRANGERS }, (_, index) => `stranger-${index}`);
writeFileSync(at('strangers.csv'), ['service,dns', ...strangers.map(name => `${name},localhost`)].join('\n'));
run(svcauth('issue', '--from', at('strangers.csv'), '--home', home));

const crls = readdirSync(at('public', 'crl')).filter(name => name.endsWith('.pem'));
const plainOptions = service => ({
  key: readFileSync(at('services', service, 'current', 'tls.key')),
  cert: readFileSync(at('services', service, 'current', 'tls.crt')),
  ca: readFileSync(at('public', 'bundle.pem')),
  crl: crls.map(name => readFileSync(at('public', 'crl', name))),
});
const followed = service =>
  openX509Source({
    dir: at('services', service),
    bundle: at('public', 'bundle.pem'),
    crls: at('public', 'crl-bundle.pem'),
    interval: 86_400_000,
  });

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const answer = socket => void socket.on('error', () => undefined).write('yes');

/** Returns the milliseconds of processor time of one handshake, both ends. */
async function timed(openers) {
  const start = process.cpuUsage();
  for (const open of openers) {
    const socket = open();
    await once(socket, 'data');
    socket.destroy();
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / openers.length;
}

function compare(what, times, note) {
  report(`${what}, svcauth/node`, ms(median(times.ours)), 'a handshake, both ends');
  report(`${what}, node:tls`, ms(median(times.plain)), 'a handshake, both ends, the same files');
  report(`${what}, ratio of the medians`, (median(times.ours) / median(times.plain)).toFixed(3), note);
}

const [payments, reports] = [await followed('payments'), await followed('reports')];
const ours = await listen(payments.createTlsServer({ allow: EVERYONE }, answer));
const plain = await listen(
  createServer({ ...plainOptions('payments'), requestCert: true, rejectUnauthorized: true }, answer),
);
const address = server => ({ host: '127.0.0.1', servername: 'localhost', port: server.address().port });
const plainContext = createSecureContext(plainOptions('reports'));
const clients = {
  ours: () => reports.connect({ ...address(ours), allow: PAYMENTS }),
  plain: () => connect({ ...address(plain), secureContext: plainContext }),
};

const known = { ours: [], plain: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, client] of Object.entries(clients)) known[name].push(await timed(Array(HANDSHAKES).fill(client)));
}
compare('a peer that comes back', known, 'target: 1.10');

// each client is new to the server, and uses plain node:tls, so the server makes the difference
const first = { ours: [], plain: [] };
const share = Math.floor(STRANGERS / ROUNDS);
for (let round = 0; round < ROUNDS; round++) {
  const names = strangers.slice(round * share, (round + 1) * share);
  const contexts = names.map(name => createSecureContext(plainOptions(name)));
  for (const [name, server] of Object.entries({ plain, ours })) {
    const open = secureContext => () => connect({ ...address(server), secureContext });
    first[name].push(await timed(contexts.map(open)));
  }
}
compare('a client seen for the first time', first, 'its path is validated');

// requests through an agent that keeps its connection: no handshake
const https = await listen(payments.createHttpsServer({ allow: EVERYONE }, (_, response) => response.end('yes')));
const agent = reports.agent({ allow: PAYMENTS, keepAlive: true });
async function ask() {
  const [response] = await once(request({ ...address(https), agent }).end(), 'response');
  for await (const _ of response);
}
for (let i = 0; i < 500; i++) await ask();
const start = process.cpuUsage();
for (let i = 0; i < 1000; i++) await ask();
const { user, system } = process.cpuUsage(start);
report('a request through an agent, kept connection', ms((user + system) / 1_000_000), 'both ends');

const looks = [];
for (let i = 0; i < 50; i++) {
  const before = process.cpuUsage();
  await payments.refresh();
  const spent = process.cpuUsage(before);
  looks.push((spent.user + spent.system) / 1000);
}
report('a look at files that did not change', ms(median(looks)), 'of processor time; target: 2 ms');
agent.destroy();
https.closeAllConnections();
for (const server of [ours, plain, https]) server.close();
