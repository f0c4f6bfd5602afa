// Creates a private CA, connects two services over mutual TLS, and revokes a third with a stolen key: `npm run demo`.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/svcauth.js', import.meta.url));
const DIRECTORY = resolve('demo-pki');
/** Marks a directory that the demo created and may remove. */
const MARKER = join(DIRECTORY, '.svcauth-demo');

makeDirectory();
console.log('This demo creates a private CA in ./demo-pki. You can remove that directory afterwards.');

say('1. Create a root and an issuing CA with encrypted keys and a CRL for each.');
shell('cd demo-pki    # it contains a passphrase file that only its owner can read');
writeFileSync(join(DIRECTORY, 'passphrase'), `${randomBytes(24).toString('base64')}\n`, { mode: 0o600 });
shell('export SVCAUTH_PASSPHRASE_FILE=passphrase');
svcauth('ca init --trust-domain example.org --name Example');

say('2. Issue a certificate for each service, with a SPIFFE ID, and a DNS name for the server.');
svcauth('issue payments --dns payments.example.org');
svcauth('issue orders');
svcauth('issue reports');

say('3. orders and reports connect to payments. Each side verifies the certificate of the other.');
await call('orders', { letIn: true });
await call('reports', { letIn: true });

say('4. The key of reports was stolen: revoke its certificate. svcauth signs a new CRL.');
svcauth('revoke reports --reason keyCompromise');

say('5. Connect again, with the new CRLs.');
await call('orders', { letIn: true });
await call('reports', { letIn: false });

say('6. The services have loaded the new CRLs, and reports gets a new key. Show all certificates and check them.');
svcauth('reload undeclared --done');
svcauth('renew reports');
svcauth('status');
svcauth('check');

say('End of the demo. To continue: cd demo-pki, and node ../bin/svcauth.js --help');

function makeDirectory() {
  if (existsSync(DIRECTORY) && !existsSync(MARKER))
    fail(`${DIRECTORY} was not created by this demo; move it to another place`);
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { mode: 0o700 });
  writeFileSync(MARKER, 'created by npm run demo, which also removes it\n');
}

/** Runs the built command line as a user would, and shows its output. */
function svcauth(line) {
  shell(`svcauth ${line}`);
  const env = { ...process.env, SVCAUTH_PASSPHRASE_FILE: 'passphrase' };
  // the demo must not use another PKI of the user
  delete env.SVCAUTH_HOME;
  const { status } = spawnSync(process.execPath, [LAUNCHER, ...line.split(' ')], {
    cwd: DIRECTORY,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) fail(`svcauth ${line}: exit status ${status}`);
}

/** Connects one service to payments; ends the demo if the result is not the expected one. */
async function call(service, { letIn }) {
  const { atServer, atClient } = await handshake('payments', service);
  console.log(
    `  payments: ${atServer.peer ? `accepted ${atServer.peer}` : `rejected ${service}: ${atServer.refusal}`}`,
  );
  console.log(
    `  ${service}: ${atClient.peer ? `connected to ${atClient.peer}` : `connection failed (${atClient.refusal})`}`,
  );
  const expected = letIn ? `spiffe://example.org/${service}` : undefined;
  if (atServer.peer !== expected) fail(`payments should have ${letIn ? 'accepted it' : 'rejected it'}`);
  if (letIn && atClient.peer !== 'spiffe://example.org/payments')
    fail(`${service} did not see the SPIFFE ID of payments`);
  if (!letIn && atServer.refusal !== 'CERT_REVOKED') fail('payments should have reported CERT_REVOKED');
}

/** Makes a real connection on 127.0.0.1 and returns what each side saw. */
async function handshake(server, client) {
  const listener = createServer({ ...identity(server), requestCert: true, rejectUnauthorized: true });
  const atServer = new Promise(done => {
    listener.on('secureConnection', socket => {
      socket.end('hello');
      done({ peer: spiffeIdOf(socket) });
    });
    listener.on('tlsClientError', (error, socket) => done({ refusal: socket.authorizationError ?? error.code }));
  });
  await new Promise(listening => listener.listen(0, '127.0.0.1', listening));
  const atClient = await new Promise(done => {
    const { port } = listener.address();
    const socket = connect({ ...identity(client), port, host: '127.0.0.1', servername: `${server}.example.org` });
    // the server sends hello only after it accepted the client
    socket.on('data', () => done({ peer: spiffeIdOf(socket) }));
    socket.on('error', error => done({ refusal: error.code }));
    socket.on('close', () => done({ refusal: 'closed' }));
  });
  listener.close();
  return { atServer: await atServer, atClient };
}

/** The TLS files of a Node service: its key and certificate, the trust anchors, and one CRL per file. */
function identity(service) {
  const own = name => readFileSync(join(DIRECTORY, '.svcauth', 'services', service, 'current', name));
  const crl = ca => readFileSync(join(DIRECTORY, '.svcauth', 'public', 'crl', `${ca}.pem`));
  return { key: own('tls.key'), cert: own('tls.crt'), ca: own('ca.crt'), crl: [crl('root-g1'), crl('issuing-g1')] };
}

function spiffeIdOf(socket) {
  return /URI:(spiffe:[^,]+)/.exec(socket.getPeerX509Certificate().subjectAltName)?.[1];
}

function say(text) {
  console.log(`\n${text}\n`);
}

function shell(line) {
  console.log(`$ ${line}`);
}

function fail(message) {
  console.error(`demo: ${message}`);
  process.exit(1);
}
