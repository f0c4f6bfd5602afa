// Counts path validations a second on one core: leaf, issuing CA and root, with both CRLs. The trust material is loaded once, and
// every leaf is read from DER. The references are `openssl verify` over the same leaves in one process, and the two signatures in Node.
import { X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importEntry, isInstalled, median, report, run, svcauth, workDirectory } from './measure.js';

const ROUNDS = 7;
const LEAVES = 1000;

const directory = workDirectory();
const { loadTrustStore, readPathCertificate, validatePath } = await importEntry(directory, 'path');

const home = join(directory, 'pki');
const at = (...names) => join(home, ...names);
const names = Array.from({ length: LEAVES }, (_, i) => `bench-${i}`);
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', home));
const list = join(directory, 'services.csv');
writeFileSync(list, ['service,dns', ...names.map(name => `${name},${name}.example.org`)].join('\n'));
run(svcauth('issue', '--from', list, '--home', home));

const der = path => new Uint8Array(new X509Certificate(readFileSync(path)).raw);
const root = at('authorities', 'root-g1', 'ca.crt');
const issuing = at('authorities', 'issuing-g1', 'ca.crt');
const leafFiles = names.map(name => at('services', name, 'current', 'tls.crt'));
const leaves = leafFiles.map(der);
const crlFiles = readdirSync(at('public', 'crl'));
const trust = loadTrustStore({
  anchors: [der(root)],
  intermediates: [der(issuing)],
  crls: crlFiles
    .filter(name => name.endsWith('.der'))
    .map(name => new Uint8Array(readFileSync(at('public', 'crl', name)))),
});
const now = new Date();

function validateAll() {
  for (const leaf of leaves) {
    const verdict = validatePath(readPathCertificate(leaf), trust, { now, purpose: 'server' });
    if (!verdict.accepted) throw new Error(verdict.reason.message);
  }
}

const [rootCertificate, issuingCertificate] = [root, issuing].map(path => new X509Certificate(readFileSync(path)));

function bareSignatures() {
  for (const leaf of leaves) {
    const certificate = new X509Certificate(leaf);
    if (!certificate.verify(issuingCertificate.publicKey) || !issuingCertificate.verify(rootCertificate.publicKey)) {
      throw new Error('a signature is wrong');
    }
  }
}

const openssl = ['openssl', 'verify', '-crl_check_all', '-CAfile', root, '-untrusted', issuing];
const crlBundle = ['-CRLfile', at('public', 'crl-bundle.pem')];

const perSecond = milliseconds => (LEAVES / milliseconds) * 1000;
function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const times = { ours: [], openssl: [], bare: [] };
for (let round = 0; round < ROUNDS; round++) {
  times.ours.push(timed(validateAll));
  times.bare.push(timed(bareSignatures));
  if (isInstalled('openssl')) times.openssl.push(run([...openssl, ...crlBundle, ...leafFiles]).milliseconds);
}
const rate = list => `${Math.round(perSecond(median(list)))}/s`;
report(
  'three certificates, two CRLs',
  rate(times.ours),
  `best of ${ROUNDS}: ${Math.round(perSecond(Math.min(...times.ours)))}/s`,
);
if (times.openssl.length > 0) report('openssl verify -crl_check_all, one process', rate(times.openssl), '');
report("Node's X509Certificate.verify, twice", rate(times.bare), 'signatures only: no names, no times, no CRLs');
