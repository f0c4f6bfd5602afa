// A private CA from nothing, two services that talk over mutual TLS, and a third whose key was stolen: `npm run demo`.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/svcauth.js', import.meta.url));
const DIRECTORY = resolve('demo-pki');
/** Says that the directory is ours to remove. */
const MARKER = join(DIRECTORY, '.svcauth-demo');

makeDirectory();
console.log('A private CA, from nothing. Everything lies in ./demo-pki; remove it when you have seen enough.');

say('1. A root and an issuing CA. Their keys are encrypted, and each has a CRL from the first day.');
shell('cd demo-pki    # with a passphrase in a file that only its owner may read');
writeFileSync(join(DIRECTORY, 'passphrase'), `${randomBytes(24).toString('base64')}\n`, { mode: 0o600 });
shell('export SVCAUTH_PASSPHRASE_FILE=passphrase');
svcauth('ca init --trust-domain example.org --name Example');

say('2. A certificate for each service: a SPIFFE ID, DNS names if it is a server.');
svcauth('issue payments --dns payments.example.org');
svcauth('issue orders');
svcauth('issue reports');

say('3. orders and reports call payments. Both sides show a certificate, both sides check it.');
await call('orders', { letIn: true });
await call('reports', { letIn: true });

say('4. The key of reports was stolen: revoke its certificate. The CRLs follow.');
svcauth('revoke reports --reason keyCompromise');

say('5. The same calls again, with the CRLs as they are now.');
await call('orders', { letIn: true });
await call('reports', { letIn: false });

say('6. What there is, and whether anything is wrong with it.');
svcauth('status');
svcauth('check');

say('That is all. To go on: cd demo-pki, and node ../bin/svcauth.js --help');

function makeDirectory() {
  if (existsSync(DIRECTORY) && !existsSync(MARKER)) fail(`${DIRECTORY} was not made by this demo: move it away first`);
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { mode: 0o700 });
  writeFileSync(MARKER, 'made by npm run demo, which also removes it\n');
}

/** Runs the built command line as a user would, and shows what it says. */
function svcauth(line) {
  shell(`svcauth ${line}`);
  const env = { ...process.env, SVCAUTH_PASSPHRASE_FILE: 'passphrase' };
  // another PKI of the reader's is not ours to touch
  delete env.SVCAUTH_HOME;
  const { status } = spawnSync(process.execPath, [LAUNCHER, ...line.split(' ')], {
    cwd: DIRECTORY,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) fail(`svcauth ${line}: exit status ${status}`);
}

/** One service calls payments; ends the demo when the answer is not the expected one. */
async function call(service, { letIn }) {
  const { atServer, atClient } = await handshake('payments', service);
  console.log(`  payments: ${atServer.peer ? `let ${atServer.peer} in` : `refused ${service}: ${atServer.refusal}`}`);
  console.log(`  ${service}: ${atClient.peer ? `talked to ${atClient.peer}` : `was cut off (${atClient.refusal})`}`);
  const expected = letIn ? `spiffe://example.org/${service}` : undefined;
  if (atServer.peer !== expected) fail(`payments should have ${letIn ? 'let it in' : 'refused it'}`);
  if (letIn && atClient.peer !== 'spiffe://example.org/payments') fail(`${service} did not recognise payments`);
  if (!letIn && atServer.refusal !== 'CERT_REVOKED') fail('payments should have said CERT_REVOKED');
}

/** A real connection on 127.0.0.1: what each side saw. */
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
    // only a server that has let us in says hello
    socket.on('data', () => done({ peer: spiffeIdOf(socket) }));
    socket.on('error', error => done({ refusal: error.code }));
    socket.on('close', () => done({ refusal: 'closed' }));
  });
  listener.close();
  return { atServer: await atServer, atClient };
}

/** What a Node service is given: its key and certificate, the anchors it trusts, and one CRL a file. */
function identity(service) {
  const own = name => readFileSync(join(DIRECTORY, '.svcauth', 'services', service, 'current', name));
  const crl = authority => readFileSync(join(DIRECTORY, '.svcauth', 'public', 'crl', `${authority}.pem`));
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
