// Encodes, lints and signs planned leaves. `run/issue.ts` calls it for each batch, and so does the self-test of a rotation.
// It signs only linted content, and it records and writes nothing.

import { createHash } from 'node:crypto';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { ServiceSpec } from '../../record/service.ts';
import { DerReader } from '../../pki/der/reader.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair } from '../../pki/key/pair.ts';
import { leafDifference } from '../../pki/certificate/leaf-difference.ts';
import { requireLinted } from '../../pki/lint/gate.ts';
import { lintCertificate, type LintedTbs } from '../../pki/lint/lint.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { decodePublicKeyInfo } from '../../pki/key/public-key-info.ts';
import { leafPreparer, type LeafRequest } from '../../pki/certificate/prepare-leaf.ts';
import { SERIAL_LENGTH, serialFromRandom, serialToHex } from '../../pki/certificate/serial-number.ts';
import type { PlannedCertificate } from '../rules/planned.ts';
import type { LeafKey } from '../rules/requested.ts';
import { signCertificate } from '../../pki/certificate/sign.ts';
import { verifySignature } from '../../pki/key/signature.ts';

/** Part of a planned certificate that determines its bytes. */
export type PlannedLeaf = Pick<PlannedCertificate, 'service' | 'spec' | 'notBefore' | 'notAfter' | 'key'>;

/** A linted and unsigned leaf, as an intent records it. */
export interface PreparedLeaf<Leaf extends PlannedLeaf = PlannedLeaf> {
  readonly planned: Leaf;
  /** Lower-case hex. */
  readonly serial: string;
  readonly tbsSha256: string;
  readonly linted: LintedTbs;
  readonly request: LeafRequest;
  /** Absent for a CSR. */
  readonly pkcs8?: Uint8Array;
}

export interface LeafIssuer {
  /** Generates the keys that are needed, encodes and lints. It signs nothing. */
  prepare<Leaf extends PlannedLeaf>(planned: readonly Leaf[]): Promise<readonly PreparedLeaf<Leaf>[]>;
  /** Signs a leaf, parses the result and compares it with the request. */
  sign(leaf: PreparedLeaf): Uint8Array;
}

/** Makes the engine that turns planned leaves into certificates of one issuer. It encodes their common parts once. */
export function leafIssuer(world: Pick<World, 'random'>, issuer: Issuer, crlUrl?: string): LeafIssuer {
  const prepareLeaf = leafPreparer(issuer, crlUrl);
  const issuerKey = decodePublicKeyInfo(new DerReader(issuer.publicKeyDer));
  let verified = 0;

  function prepareOne<Leaf extends PlannedLeaf>(
    planned: Leaf,
    serial: Uint8Array,
    key: KeyMaterial,
  ): PreparedLeaf<Leaf> {
    const { service, spec, notBefore, notAfter } = planned;
    const request: LeafRequest = {
      profile: spec.profile,
      commonName: service,
      spiffeId: spec.spiffeId,
      dns: spec.dns,
      ip: spec.ip.map(text => parseIpAddress(text).octets),
      keyKind: KEY_ALGORITHMS[spec.keyAlgorithm].kind,
      publicKeyDer: key.publicKey,
      publicKeyBits: key.publicKeyBits,
      serial,
      notBefore,
      notAfter,
    };
    const tbsDer = prepareLeaf(request);
    return {
      planned,
      serial: serialToHex(serial),
      tbsSha256: createHash('sha256').update(tbsDer).digest('hex'),
      linted: requireLinted(
        lintCertificate(tbsDer, { kind: request.profile, issuer }),
        `the certificate of "${service}"`,
      ),
      request,
      ...(key.pkcs8 && { pkcs8: key.pkcs8 }),
    };
  }

  return {
    prepare: async planned => {
      const random = world.random(SERIAL_LENGTH * planned.length);
      const keys = await Promise.all(planned.map(({ key, spec }) => keyMaterial(key, spec)));
      return planned.map((leaf, index) => {
        const serial = serialFromRandom(random.subarray(index * SERIAL_LENGTH, (index + 1) * SERIAL_LENGTH));
        return prepareOne(leaf, serial, keys[index]!);
      });
    },
    sign: leaf => {
      const der = signCertificate(leaf.linted, issuer);
      const certificate = decodeCertificate(der);
      const { service } = leaf.planned;
      const problem = leafDifference(certificate, leaf.request);
      if (problem !== undefined) throw failure('ERR_REREAD', { service, problem });
      // Verifying costs three times as much as signing, so only the first signatures are verified. That detects a key that does not
      // match the issuer's certificate; the bytes of every certificate are compared above.
      if (verified < VERIFIED_SIGNATURES) {
        verified++;
        const { signatureAlgorithm, tbs, signature } = certificate;
        const good = verifySignature(signatureAlgorithm, issuerKey, tbs.der, signature);
        if (!good) throw failure('ERR_REREAD', { service, problem: 'its signature does not verify' });
      }
      return der;
    },
  };
}

const VERIFIED_SIGNATURES = 16;

interface KeyMaterial {
  readonly publicKey: Uint8Array;
  readonly publicKeyBits: Uint8Array;
  readonly pkcs8?: Uint8Array;
}

/** Returns the supplied key or generates one; RSA keys are generated in parallel in the thread pool. */
async function keyMaterial(key: LeafKey, spec: ServiceSpec): Promise<KeyMaterial> {
  return key.source === 'generated' ? generateKeyPair(KEY_ALGORITHMS[spec.keyAlgorithm]) : key;
}
