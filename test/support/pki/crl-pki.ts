import { generateKeyPairSync } from 'node:crypto';
import type { CrlSchedule } from '../../../src/crl/rules/schedule.ts';
import { parseDuration, parseThreshold } from '../../../src/time/duration.ts';
import type { Authority } from '../../../src/record/authority.ts';
import type { Revocation } from '../../../src/record/revocation.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { bitString, sequence } from '../../../src/pki/der/writer.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import type { Issuer } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { authoritySubject, prepareAuthority } from '../../../src/pki/certificate/prepare-authority.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { serialToHex } from '../../../src/pki/certificate/serial-number.ts';
import { startSignature } from '../../../src/pki/key/signature-stream.ts';
import { signerOf } from '../../../src/pki/key/signature.ts';
import { homeAt, type Home } from '../../../src/store/home.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { fakeWorld, type FakeWorld } from '../world/world.ts';
import type { Files } from '../../../src/world/files.ts';

export const SCHEDULE: CrlSchedule = {
  lifetime: parseDuration('14d'),
  rootLifetime: parseDuration('90d'),
  refreshAfter: parseThreshold('25%'),
};

export interface CrlTestPki {
  world: FakeWorld;
  readonly home: Home;
  readonly manifest: Manifest;
  readonly issuers: ReadonlyMap<string, Issuer>;
  /** Revokes serial numbers that were never issued; a CRL can list them. */
  revoke(serial: string, changes?: Partial<Revocation>): void;
}

/** A manifest with CAs, each self-signed, and their keys in memory; no CRL yet. */
export async function crlPki(
  ids: readonly string[] = ['root-g1', 'issuing-g1'],
  files?: Files,
  changes: Partial<Authority> = {},
): Promise<CrlTestPki> {
  const world = fakeWorld(files === undefined ? {} : { files });
  const home = homeAt(`${world.cwd}/pki`);
  world.files.makeDirectory(home.directory, 0o700);
  const manifest = await createManifest(world, home.manifest);
  manifest.transaction(write => write.setIdentity({ trustDomain: 'example.org', name: 'Acme', createdAt: world.now }));
  const issuers = new Map<string, Issuer>();
  for (const id of ids) {
    const { authority, issuer } = testAuthority(id, world.now);
    manifest.transaction(write => {
      write.insertAuthority({ ...authority, ...changes });
      write.audit('ca.created', id, {});
    });
    issuers.set(id, issuer);
  }
  const revoke = (serial: string, revocation: Partial<Revocation> = {}): void =>
    manifest.transaction(write => {
      write.insertRevocation({
        serial,
        authorityId: 'issuing-g1',
        revokedAt: world.now,
        reason: 'keyCompromise',
        notAfter: new Date(world.now.getTime() + 30 * 86_400_000),
        ...revocation,
      });
      write.audit('certificate.revoked', serial, {});
    });
  return { world, home, manifest, issuers, revoke };
}

export function testAuthority(id: string, now: Date): { readonly authority: Authority; readonly issuer: Issuer } {
  const algorithm = KEY_ALGORITHMS['ecdsa-p256'];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const info = decodePublicKeyInfo(new DerReader(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))));
  const tier = id.startsWith('root') ? 'root' : 'issuing';
  const generation = Number(id.slice(id.lastIndexOf('g') + 1));
  const tbs = prepareAuthority(
    {
      tier: 'root',
      subjectDer: authoritySubject('Acme', 'example.org', tier, generation),
      trustDomain: 'example.org',
      publicKeyDer: info.der,
      publicKeyBits: info.bits,
      serial: Uint8Array.of(0x41, generation, ...new Uint8Array(14).fill(7)),
      notBefore: now,
      notAfter: new Date(now.getTime() + 365 * 86_400_000),
    },
    { algorithm },
  );
  const der = sequence(tbs, algorithm.signatureAlgorithmDer, bitString(signerOf(privateKey, algorithm)(tbs)));
  const certificate = decodeCertificate(der);
  return {
    authority: {
      id,
      tier,
      generation,
      state: 'active',
      keyAlgorithm: 'ecdsa-p256',
      keyLocation: 'file',
      createdAt: now,
      certificate: {
        der,
        serial: serialToHex(certificate.tbs.serial),
        issuerId: id,
        notBefore: certificate.tbs.notBefore.date,
        notAfter: certificate.tbs.notAfter.date,
      },
    },
    issuer: {
      ...issuerFactsOf(certificate, algorithm),
      sign: signerOf(privateKey, algorithm),
      startSignature: () => startSignature(privateKey, algorithm),
    },
  };
}
