// Times a full mutual TLS 1.3 handshake through svcauth/node, and a look at its files. The peer is authorised.
// The reference is plain node:tls with the same files in the same run. Both ends are in this process. It measures processor time,
// which other work on the machine does not change.
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, createSecureContext } from 'node:tls';
import { openX509Source } from 'svcauth/node';
import { median, ms, report, run, svcauth, workDirectory } from './measure.js';

const ROUNDS = 9;
const HANDSHAKES = 150;
const PAYMENTS = 'spiffe://example.org/payments';
const REPORTS = 'spiffe://example.org/reports';

const home = join(workDirectory(), 'pki');
const at = (...names) => join(home, ...names);
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', home));
for (const service of ['payments', 'reports']) run(svcauth('issue', service, '--dns', 'localhost', '--home', home));

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
  });

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function timed(open) {
  const start = process.cpuUsage();
  for (let i = 0; i < HANDSHAKES; i++) {
    const socket = open();
    await once(socket, 'data');
    socket.destroy();
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / HANDSHAKES;
}

const [payments, reports] = [await followed('payments'), await followed('reports')];
const ours = await listen(
  payments.createTlsServer({ allow: REPORTS }, socket => void socket.on('error', () => undefined).write('yes')),
);
const plain = await listen(
  createServer(
    { ...plainOptions('payments'), requestCert: true, rejectUnauthorized: true },
    socket => void socket.on('error', () => undefined).write('yes'),
  ),
);
const plainContext = createSecureContext(plainOptions('reports'));
const address = server => ({ host: '127.0.0.1', servername: 'localhost', port: server.address().port });
const clients = {
  ours: () => reports.connect({ ...address(ours), allow: PAYMENTS }),
  plain: () => connect({ ...address(plain), secureContext: plainContext }),
};

const times = { ours: [], plain: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, client] of Object.entries(clients)) times[name].push(await timed(client));
}
report('svcauth/node, both sides, authorised', ms(median(times.ours)), 'a handshake, both ends');
report('node:tls, the same files, host name compared', ms(median(times.plain)), 'a handshake, both ends');
report('ratio of the medians', (median(times.ours) / median(times.plain)).toFixed(3), 'of the time');

const looks = [];
for (let i = 0; i < 50; i++) {
  const start = performance.now();
  await payments.refresh();
  looks.push(performance.now() - start);
}
report('a look at files that did not change', ms(median(looks)), 'every ten seconds');
ours.close();
plain.close();
