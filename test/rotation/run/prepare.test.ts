import { beforeAll, expect, test } from 'vitest';
import { loadPolicy } from '../../../src/policy/run/load.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { toHex } from '../../../src/pki/bytes.ts';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, type KeyAlgorithmName } from '../../../src/pki/key/algorithm.ts';
import { decodePublicKey, publicKeyLabel } from '../../../src/pki/key/public-key.ts';
import { OID } from '../../../src/pki/oids.ts';
import { plannedCertificate } from '../../../src/rotation/rules/planned-certificate.ts';
import { signerOf } from '../../../src/rotation/rules/sides.ts';
import { planSuccessor, type SuccessorRequest } from '../../../src/rotation/rules/successor.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import { readRotationFacts } from '../../../src/rotation/run/facts.ts';
import { proveRotationOf } from '../../../src/rotation/run/prove.ts';
import { durationText } from '../../../src/time/duration.ts';
import { readPki } from '../../../src/store/open-pki.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { seededRandom } from '../../support/world/random.ts';
import { runSvcauth } from '../../support/world/world.ts';

let templates: Awaited<ReturnType<typeof pkiTemplate>>[];
beforeAll(async () => {
  const url = ['--crl-url', 'http://pki.example.org/crl'];
  templates = await Promise.all([
    pkiTemplate([], [['issue', 'payments']]),
    pkiTemplate([...url, '--permit-dns', 'example.org'], [['issue', 'payments']]),
    // below a root that ends before the successor would
    pkiTemplate(['--root-lifetime', '400d'], [['issue', 'payments']]),
  ]);
});

/** Every field of a certificate but its serial, its key and what is derived from them. */
function fieldsOf(der: Uint8Array) {
  const { tbs, signatureAlgorithm } = decodeCertificate(der);
  const own = new Set<string>([OID.subjectKeyIdentifier, OID.authorityKeyIdentifier]);
  return {
    issuer: toHex(tbs.issuer.der),
    subject: toHex(tbs.subject.der),
    notBefore: tbs.notBefore.date,
    notAfter: tbs.notAfter.date,
    algorithms: [tbs.signatureAlgorithm.oid, signatureAlgorithm.oid],
    key: publicKeyLabel(decodePublicKey(tbs.publicKey)),
    extensions: tbs.extensions.map(({ oid, critical, value }) => [oid, critical, own.has(oid) ? '' : toHex(value)]),
  };
}

/** The CA that the proof judges, and whether it found a gap. */
const judged = (world: PkiWorld, tier: 'issuing' | 'root', options: SuccessorRequest) =>
  readPki(world, undefined, async pki => {
    const policy = await loadPolicy(pki);
    const { facts } = readRotationFacts(pki, policy, tier);
    const successor = planSuccessor(facts, options, policy, world.now)!;
    const { planned, above } = successor;
    const signer = above && signerOf(above, facts).certificate;
    const issuer = signer && issuerFactsOf(decodeCertificate(signer.der), KEY_ALGORITHMS[above.keyAlgorithm]);
    const proof = (await proveRotationOf(pki, policy, facts, { successor, options }))!;
    return { der: plannedCertificate(planned, pki.identity, issuer).der, planned, proof };
  });

test('the proof judges the CA that prepare creates, field by field', { timeout: 240_000 }, async () => {
  const random = seededRandom('successors');
  const pick = <T>(list: readonly T[]): T => list[random(1)[0]! % list.length]!;
  const made = new Set<KeyAlgorithmName>();
  let refused = 0;
  for (let round = 0; round < 24; round++) {
    const world = pick(templates)();
    const tier = pick(['issuing', 'root'] as const);
    const keyAlgorithm = KEY_ALGORITHM_NAMES.filter(name => name !== 'rsa-4096')[round % 5]!;
    const days = pick([undefined, 10, 150, 179, 180, 365, 366, 3650]);
    const lifetime = days === undefined ? undefined : days * 86_400 + (random(1)[0]! % 3);
    const options = { crossSigning: 'issuing', keyAlgorithm, ...(lifetime !== undefined && { lifetime }) } as const;
    const { der, planned, proof } = await judged(world, tier, options);
    const argv = ['ca', 'rotate', 'prepare', '--tier', tier, '--key-alg', keyAlgorithm];
    const flags = lifetime === undefined ? [] : ['--lifetime', durationText(lifetime)];
    const { status, stderr } = await runSvcauth(world, [...argv, ...flags]);
    const story = `${argv.join(' ')} ${flags.join(' ')}: ${stderr}`;
    expect(status, story).toBe(proof.gaps.length === 0 ? 0 : 7);
    if (status === 7) {
      refused++;
      if (proof.remedy !== undefined) await world.succeed(...proof.remedy.split(' ').slice(1));
      continue;
    }
    made.add(keyAlgorithm);
    await world.manifest(manifest => {
      const { certificate, ...authority } = manifest.authority(planned.id)!;
      expect(fieldsOf(certificate!.der), story).toEqual(fieldsOf(der));
      expect({ tier: authority.tier, generation: authority.generation, keyAlgorithm: authority.keyAlgorithm }).toEqual({
        tier: planned.tier,
        generation: planned.generation,
        keyAlgorithm: planned.keyAlgorithm,
      });
      expect([certificate!.notBefore, certificate!.notAfter]).toEqual([planned.notBefore, planned.notAfter]);
    });
  }
  expect(made.size).toBe(5);
  expect(refused).toBeGreaterThan(3);
});

test('a prepared CA is judged by its certificate, and the remedy extends it', async () => {
  const world = templates[0]!();
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'issuing', '--lifetime', '180d');
  await world.succeed('ca', 'rotate', 'publish', '--tier', 'issuing');
  // too late for the leaf that is issued when the old CA is retired
  world.now = new Date(world.now.getTime() + 130 * 86_400_000);
  await world.succeed('crl', 'refresh');
  await world.succeed('issue', 'payments');
  const activate = ['ca', 'rotate', 'activate', '--tier', 'issuing'];
  const { status, stderr } = await runSvcauth(world, activate);
  expect({ status, stderr }).toMatchObject({
    status: 7,
    stderr: expect.stringContaining('issuing-g2 cannot issue') as string,
  });
  const hint = /hint: svcauth (ca extend issuing-g2 --lifetime \w+)/.exec(stderr)![1]!;
  await world.succeed(...hint.split(' '));
  await world.succeed(...activate);
});
