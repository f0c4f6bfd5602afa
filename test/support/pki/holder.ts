// The holder of a root that is not in the home: signs CA certificates as another team would.
// Planted faults use it. It writes files for `ca install-cert` into the working directory and changes no home, except `giveAway`.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certifyAgain } from '../../../src/ca/run/new-authority.ts';
import { signingWith } from '../../../src/ca/run/unlock.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import type { Issuer, IssuerFacts } from '../../../src/pki/certificate/issuer.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { decodeCertificationRequest } from '../../../src/pki/csr/certification-request.ts';
import { keyIdentifierOf } from '../../../src/pki/extension/key-identifier.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { parsePrivateKey } from '../../../src/pki/key/private-key.ts';
import { serialToHex } from '../../../src/pki/certificate/serial-number.ts';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { distinguishedName, readName } from './planted-certificate.ts';
import type { PkiWorld } from './pki.ts';

const ALGORITHM = KEY_ALGORITHMS['ecdsa-p256'];
const DAY = 86_400_000;

/** First and last day of a certificate, counted from the time of the world. */
type Days = readonly [from: number, until: number];

/** A CA that its holder signs with. */
export interface HeldCa {
  readonly issuer: Issuer;
  readonly der: Uint8Array;
  /** Its private key, PKCS#8 in PEM. */
  readonly keyPem: string;
}

/** Gives the root of the home to a holder: from now on its key is held elsewhere. */
export async function giveAway(world: PkiWorld): Promise<HeldCa> {
  const { key, certificate } = world.home.authority('root-g1');
  const kept = join(world.cwd, 'held-root.key');
  renameSync(key, kept);
  await world.manifest(manifest => manifest.transaction(write => write.setKeyLocation('root-g1', 'foreign')));
  const { der } = decodePem(readFileSync(certificate, 'utf8'))[0]!;
  const signing = signingWith(await parsePrivateKey(readFileSync(kept), undefined, 'the key of the holder'));
  const issuer = { ...issuerFactsOf(decodeCertificate(der), ALGORITHM), ...signing };
  return { issuer, der, keyPem: readFileSync(kept, 'utf8') };
}

/** Creates a CA of the holder with a new key; a root without `above`. */
export async function heldCa(world: PkiWorld, commonName: string, days: Days, above?: HeldCa): Promise<HeldCa> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const signing = signingWith(await parsePrivateKey(pkcs8, undefined, commonName));
  const facts = factsOf(
    distinguishedName(commonName),
    new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  );
  const der = await certified(world, 'root', facts, days, above?.issuer ?? { ...facts, ...signing });
  const issuer = { ...issuerFactsOf(decodeCertificate(der), ALGORITHM), ...signing };
  return { issuer, der, keyPem: encodePem('PRIVATE KEY', pkcs8) };
}

/** Certifies the key of a CA of the holder again, as the same CA above it would. */
export async function renewedCa(world: PkiWorld, ca: HeldCa, days: Days, above: HeldCa): Promise<HeldCa> {
  const der = await certified(world, 'root', ca.issuer, days, above.issuer);
  return { ...ca, issuer: { ...ca.issuer, ...issuerFactsOf(decodeCertificate(der), ALGORITHM) }, der };
}

/** Certifies an issuing CA of the home: its request, or its key once more. Writes the file; returns its path. */
export async function certifyIssuing(world: PkiWorld, id: string, by: HeldCa, days: Days): Promise<string> {
  const known = await world.manifest(manifest => manifest.authority(id)?.certificate);
  const facts = known === undefined ? requested(world, id) : issuerFactsOf(decodeCertificate(known.der), ALGORITHM);
  const path = join(world.cwd, `${id}-${days[1]}.crt`);
  writeFileSync(path, encodePem('CERTIFICATE', await certified(world, 'issuing', facts, days, by.issuer)));
  return path;
}

/** Records a policy CA below the root, and our issuing CA below the policy CA. */
export async function adoptPolicyCa(world: PkiWorld, policy: HeldCa, issuing: string): Promise<void> {
  const recorded = (der: Uint8Array, issuerId: string) => {
    const { serial, notBefore, notAfter } = decodeCertificate(der).tbs;
    return { der, serial: serialToHex(serial), issuerId, notBefore: notBefore.date, notAfter: notAfter.date };
  };
  const { der } = decodePem(readFileSync(issuing, 'utf8'))[0]!;
  const named = { id: 'policy-g1', tier: 'policy', generation: 1, state: 'active' } as const;
  const held = { keyAlgorithm: 'ecdsa-p256', keyLocation: 'foreign', createdAt: world.now } as const;
  await world.manifest(manifest =>
    manifest.transaction(write => {
      write.insertAuthority({ ...named, ...held, certificate: recorded(policy.der, 'root-g1') });
      write.insertFurtherCertificate({
        ...recorded(der, 'policy-g1'),
        ...{ authorityId: 'issuing-g1', createdAt: world.now },
      });
      write.promoteCertificate('issuing-g1', recorded(der, 'policy-g1').serial);
    }),
  );
  const [certificate, key] = ['policy.crt', 'policy.key'].map(name => join(world.cwd, name));
  writeFileSync(certificate!, encodePem('CERTIFICATE', policy.der));
  writeFileSync(key!, policy.keyPem);
}

/** Writes a chain, the CA next to ours first; returns its path. */
export function chainFile(world: PkiWorld, name: string, chain: readonly HeldCa[]): string {
  const path = join(world.cwd, name);
  writeFileSync(path, chain.map(({ der }) => encodePem('CERTIFICATE', der)).join(''));
  return path;
}

function requested({ home }: PkiWorld, id: string): IssuerFacts {
  const [csr] = decodePem(readFileSync(home.authority(id).csr, 'utf8'));
  const { subject, publicKey } = decodeCertificationRequest(csr!.der);
  return factsOf(subject.der, publicKey.der);
}

function factsOf(subjectDer: Uint8Array, publicKeyDer: Uint8Array): IssuerFacts {
  const { bits } = decodePublicKeyInfo(new DerReader(publicKeyDer));
  const always = { notBefore: new Date(0), notAfter: new Date('2100-01-01T00:00:00Z') };
  const subject = readName(subjectDer);
  return { subject, keyIdentifier: keyIdentifierOf(bits), algorithm: ALGORITHM, publicKeyDer, ...always };
}

async function certified(
  world: PkiWorld,
  tier: 'root' | 'issuing',
  facts: IssuerFacts,
  days: Days,
  by: Issuer,
): Promise<Uint8Array> {
  const [notBefore, notAfter] = days.map(count => new Date(world.now.getTime() + count * DAY));
  return (await certifyAgain(world, 'example.org', facts, { tier, notBefore: notBefore!, notAfter: notAfter! }, by))
    .der;
}
