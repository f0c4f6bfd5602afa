// Times the proof of a rotation of each tier over 10,000 live leaves, a twentieth of them revoked. It reads every leaf, groups them and
// validates every combination. The reference is one validation of each leaf in the same run. It also times the whole command.
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, importEntry, median, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 5;
const LEAVES = 10_000;
const REVOKED = 500;

const directory = workDirectory();
const {
  decodeCertificate,
  loadTrustStore,
  planRotationCourse,
  planSuccessor,
  proveRotation,
  readPathCertificate,
  rotationPhases,
  validatePath,
} = await importEntry(directory, 'rotation');

const home = join(directory, 'pki');
const at = (...names) => join(home, ...names);
const names = Array.from({ length: LEAVES }, (_, i) => `bench-${String(i).padStart(5, '0')}`);
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', home));
const list = join(directory, 'services.csv');
writeFileSync(list, ['service,dns', ...names.map(name => `${name},${name}.example.org`)].join('\n'));
run(svcauth('issue', '--from', list, '--home', home));
const revoked = new Set(names.slice(0, REVOKED));
run(svcauth('revoke', ...revoked, '--reason', 'superseded', '--home', home));

const der = path => new Uint8Array(new X509Certificate(readFileSync(path)).raw);
const ca = id => {
  const bytes = der(at('authorities', id, 'ca.crt'));
  const { notBefore, notAfter } = decodeCertificate(bytes).tbs;
  return { der: bytes, serial: '01', notBefore: notBefore.date, notAfter: notAfter.date };
};
const authority = (id, tier, issuerId) => ({
  id,
  tier,
  generation: 1,
  state: 'active',
  keyAlgorithm: 'ecdsa-p256',
  keyLocation: 'file',
  createdAt: new Date(),
  certificate: { ...ca(id), issuerId },
});
const leaves = names.map(service => {
  const bytes = der(at('services', service, 'current', 'tls.crt'));
  const { notBefore, notAfter } = decodeCertificate(bytes).tbs;
  const dates = { notBefore: notBefore.date, notAfter: notAfter.date };
  return { der: bytes, authorityId: 'issuing-g1', service, revoked: revoked.has(service), ...dates };
});
const crl = id => new Uint8Array(readFileSync(at('public', 'crl', `${id}.der`)));
const now = new Date();
const start = {
  now,
  trustDomain: 'example.org',
  name: 'example.org',
  soak: 86_400,
  unacknowledged: false,
  authorities: [authority('root-g1', 'root', 'root-g1'), authority('issuing-g1', 'issuing', 'root-g1')],
  further: [],
  leaves,
  crls: new Map(['root-g1', 'issuing-g1'].map(id => [id, crl(id)])),
  anchors: [ca('root-g1').der],
  backdate: 60,
  demands: [{ ttl: 30 * 86_400, isPolicy: true, services: LEAVES }],
  notAfterPolicy: 'err',
  crlLifetime: 14 * 86_400,
};

const successorOf = tier =>
  planSuccessor(
    { tier, authorities: start.authorities },
    { crossSigning: 'issuing' },
    { leaf: { backdate: start.backdate }, crl: {} },
    now,
  );

function prove(tier) {
  const proof = proveRotation(
    rotationPhases(planRotationCourse({ ...start, tier, successor: successorOf(tier) }).course),
  );
  if (proof.counterexamples.length > 0) throw new Error(JSON.stringify(proof.counterexamples[0]));
  return proof;
}

function validateEach() {
  const trust = loadTrustStore({
    anchors: start.anchors,
    intermediates: [start.authorities[1].certificate.der],
    crls: [...start.crls.values()],
  });
  for (const leaf of leaves) {
    const verdict = validatePath(readPathCertificate(leaf.der), trust, { now, purpose: 'server' });
    if (verdict.accepted === leaf.revoked) throw new Error(leaf.service);
  }
}

function timed(work) {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

const times = { issuing: [], root: [], each: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const tier of ['issuing', 'root']) times[tier].push(timed(() => prove(tier)));
  times.each.push(timed(validateEach));
}
const each = median(times.each);
for (const tier of ['issuing', 'root']) {
  const time = median(times[tier]);
  const beside = `${prove(tier).checked} combinations; ${(time / each).toFixed(2)} of the line below`;
  report(`proof of a rotation, tier ${tier}, ${LEAVES} leaves`, ms(time), beside);
}
report('each leaf validated once', ms(each), '');
for (const tier of ['issuing', 'root']) {
  const plan = () => run(svcauth('ca', 'rotate', 'plan', '--tier', tier, '--home', home)).milliseconds;
  const { command, empty } = takeTurns(
    { command: plan, empty: () => run(emptyScript(directory)).milliseconds },
    ROUNDS,
  );
  report(`ca rotate plan --tier ${tier}, ${LEAVES} leaves`, ms(command), `${ms(empty)} for an empty script`);
}
