import type { World } from '../context.ts';
import type { PlannedAuthority } from '../lifecycle/plan-init.ts';
import { issuerFactsOf } from '../pki/issuer-facts.ts';
import type { Issuer } from '../pki/issuer.ts';
import { KEY_ALGORITHMS } from '../pki/key-algorithm.ts';
import type { KeyPair } from '../pki/key-pair.ts';
import { requireLinted } from '../pki/lint/gate.ts';
import { lintCertificate } from '../pki/lint/lint.ts';
import { decodeCertificate, decodeTbsCertificate, type ParsedCertificate } from '../pki/parsed-certificate.ts';
import { authoritySubject, prepareAuthority } from '../pki/prepare-authority.ts';
import { parsePrivateKey } from '../pki/private-key.ts';
import { secondOpinionOnCertificate } from '../pki/second-opinion.ts';
import { serialFromRandom, SERIAL_LENGTH } from '../pki/serial-number.ts';
import { signCertificate } from '../pki/sign.ts';
import { signingWith } from './unlock.ts';

/** A CA whose certificate and key are both here. */
export interface ReadyAuthority {
  readonly certificate: ParsedCertificate;
  readonly issuer: Issuer;
}

/**
 * Certifies the key of a planned CA: self-signed when `above` is absent. Prepared, linted, signed, read again by us and by an
 * independent implementation; nothing is written.
 */
export async function certifyAuthority(
  world: Pick<World, 'random'>,
  names: { readonly name: string; readonly trustDomain: string },
  planned: PlannedAuthority,
  keys: KeyPair,
  above: Issuer | undefined,
): Promise<ReadyAuthority> {
  const { tier } = planned;
  const algorithm = KEY_ALGORITHMS[planned.keyAlgorithm];
  const tbsDer = prepareAuthority(
    {
      tier,
      subjectDer: authoritySubject(names.name, names.trustDomain, tier, planned.generation),
      trustDomain: names.trustDomain,
      publicKeyDer: keys.publicKey,
      publicKeyBits: keys.publicKeyBits,
      serial: serialFromRandom(world.random(SERIAL_LENGTH)),
      notBefore: planned.notBefore,
      notAfter: planned.notAfter,
      ...(planned.nameConstraints && { nameConstraints: planned.nameConstraints }),
      ...(planned.crlUrl !== undefined && { crlUrl: planned.crlUrl }),
    },
    above ?? { algorithm },
  );
  // read back from its own encoding: what will lie on the disk is what signs here
  const signing = signingWith(await parsePrivateKey(keys.pkcs8, undefined, `the key of ${planned.id}`));
  const signedBy = above ?? { ...issuerFactsOf({ tbs: decodeTbsCertificate(tbsDer) }, algorithm), ...signing };
  const linted = requireLinted(
    lintCertificate(tbsDer, { kind: tier, issuer: signedBy }),
    `the certificate of ${planned.id}`,
  );
  const certificate = decodeCertificate(signCertificate(linted, signedBy));
  await secondOpinionOnCertificate(certificate.der, signedBy);
  return { certificate, issuer: { ...issuerFactsOf(certificate, algorithm), ...signing } };
}
