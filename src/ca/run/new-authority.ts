// Certifies the key of a CA: a new key, or a key that already has a certificate (extended or cross-signed).
// `ca init` and rotation call it, record the result and write the files.
import type { World } from '../../world/world.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { Issuer, IssuerFacts } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import type { KeyPair } from '../../pki/key/pair.ts';
import { requireLinted } from '../../pki/lint/gate.ts';
import { lintCertificate } from '../../pki/lint/lint.ts';
import { nameToString } from '../../pki/name/name.ts';
import { decodeCertificate, decodeTbsCertificate, type ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { prepareAuthority } from '../../pki/certificate/prepare-authority.ts';
import { parsePrivateKey } from '../../pki/key/private-key.ts';
import { secondOpinionOnCertificate } from '../../pki/second-opinion.ts';
import { serialFromRandom, SERIAL_LENGTH } from '../../pki/certificate/serial-number.ts';
import { signCertificate } from '../../pki/certificate/sign.ts';
import { signingWith } from './unlock.ts';
import { authorityRequest, crossRequest, type CrossTerms } from '../rules/authority-request.ts';
import type { PlannedAuthority } from '../rules/planned-authority.ts';

/** A CA with its certificate and its key. */
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
  const algorithm = KEY_ALGORITHMS[planned.keyAlgorithm];
  const serial = serialFromRandom(world.random(SERIAL_LENGTH));
  const tbsDer = prepareAuthority(authorityRequest(planned, names, keys, serial), above ?? { algorithm });
  // parsed from its own encoding, so the key that signs here is the key that is written to the file
  const signing = signingWith(await parsePrivateKey(keys.pkcs8, undefined, `the key of ${planned.id}`));
  const signedBy = above ?? { ...issuerFactsOf({ tbs: decodeTbsCertificate(tbsDer) }, algorithm), ...signing };
  const linted = requireLinted(
    lintCertificate(tbsDer, { kind: planned.tier, issuer: signedBy }),
    `the certificate of ${planned.id}`,
  );
  const certificate = decodeCertificate(signCertificate(linted, signedBy));
  await secondOpinionOnCertificate(certificate.der, signedBy);
  return { certificate, issuer: { ...issuerFactsOf(certificate, algorithm), ...signing } };
}

/**
 * Certifies the key of a CA again, with its name, key identifier and name constraints. The certificate is self-signed where `above` has
 * the same key. Nothing is written.
 */
export async function certifyAgain(
  world: Pick<World, 'random'>,
  trustDomain: string,
  subject: IssuerFacts,
  terms: CrossTerms,
  above: Issuer,
): Promise<ParsedCertificate> {
  const isSelf = equalBytes(subject.publicKeyDer, above.publicKeyDer);
  const serial = serialFromRandom(world.random(SERIAL_LENGTH));
  const request = crossRequest(subject, terms, trustDomain, serial);
  const tbsDer = prepareAuthority(request, isSelf ? { algorithm: above.algorithm } : above);
  const signedBy: Issuer = isSelf
    ? { ...above, ...issuerFactsOf({ tbs: decodeTbsCertificate(tbsDer) }, above.algorithm) }
    : above;
  const what = `the certificate of ${nameToString(subject.subject)} by ${nameToString(above.subject)}`;
  const linted = requireLinted(
    lintCertificate(tbsDer, { kind: isSelf ? terms.tier : 'cross', issuer: signedBy }),
    what,
  );
  const certificate = decodeCertificate(signCertificate(linted, signedBy));
  await secondOpinionOnCertificate(certificate.der, signedBy);
  return certificate;
}
