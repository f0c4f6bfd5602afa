import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { IssuerFacts } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair, type EcAlgorithm, type KeyPair } from '../../pki/key/pair.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { prepareAuthority } from '../../pki/certificate/prepare-authority.ts';
import { prepareCrl } from '../../pki/crl/prepare.ts';
import { leafPreparer } from '../../pki/certificate/prepare-leaf.ts';
import { unsignedCertificate, unsignedEmptyCrl } from '../../pki/unsigned.ts';
import type { Authority, AuthorityCertificate } from '../../record/authority.ts';
import type { KnownCertificate, KnownCrl } from '../../verifiers/rules/situation.ts';

/**
 * Certificates and CRLs that do not exist yet, unsigned and with throw-away keys: enough for proving what they would do. Their keys
 * are P-256, whatever the real ones will be: no path depends on it.
 */
const ALGORITHM = KEY_ALGORITHMS['ecdsa-p256'] as EcAlgorithm;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface PlannedSubject extends Validity {
  readonly tier: Authority['tier'];
  readonly subjectDer: Uint8Array;
  readonly trustDomain: string;
  readonly nameConstraints?: NameConstraints | undefined;
  readonly crlUrl?: string | undefined;
}

/** A CA certificate with a new key; self-signed when `above` is absent. */
export const plannedAuthority = (subject: PlannedSubject, above?: IssuerFacts): KnownCertificate =>
  plannedFor(generateKeyPair(ALGORITHM), subject, above);

/** The key of a CA that exists, certified by `above`. */
export function plannedCross(
  certificate: KnownCertificate,
  subject: Omit<PlannedSubject, 'subjectDer'>,
  above: IssuerFacts,
) {
  const { tbs } = decodeCertificate(certificate.der);
  const key = { publicKey: tbs.publicKey.der, publicKeyBits: tbs.publicKey.bits };
  return plannedFor(key, { ...subject, subjectDer: tbs.subject.der }, above);
}

function plannedFor(
  { publicKey, publicKeyBits }: Pick<KeyPair, 'publicKey' | 'publicKeyBits'>,
  { nameConstraints, crlUrl, ...subject }: PlannedSubject,
  above: IssuerFacts | undefined,
): KnownCertificate {
  const tbsDer = prepareAuthority(
    {
      ...subject,
      publicKeyDer: publicKey,
      publicKeyBits,
      serial: SERIAL,
      ...(nameConstraints && { nameConstraints }),
      ...(crlUrl !== undefined && { crlUrl }),
    },
    above ?? { algorithm: ALGORITHM },
  );
  return { der: unsignedCertificate(tbsDer, above?.algorithm ?? ALGORITHM), planned: true };
}

/** Of the trust domain itself: the names of services are their own business. */
export function plannedLeaf(
  issuer: IssuerFacts,
  { notBefore, notAfter }: Validity,
  trustDomain: string,
  crlUrl: string | undefined,
): KnownCertificate {
  const { publicKey, publicKeyBits } = generateKeyPair(ALGORITHM);
  const tbsDer = leafPreparer(
    issuer,
    crlUrl,
  )({
    profile: 'svid',
    commonName: PLANNED_SERVICE,
    spiffeId: `spiffe://${trustDomain}/${PLANNED_SERVICE}`,
    dns: [],
    ip: [],
    keyKind: ALGORITHM.kind,
    publicKeyDer: publicKey,
    publicKeyBits,
    serial: SERIAL,
    notBefore,
    notAfter,
  });
  return { der: unsignedCertificate(tbsDer, issuer.algorithm), planned: true };
}

export const PLANNED_SERVICE = 'to-be-issued';

/** What a leaf or a cross certificate is measured against. */
export const factsOf = (certificate: KnownCertificate, keyAlgorithm: Authority['keyAlgorithm']): IssuerFacts =>
  issuerFactsOf(decodeCertificate(certificate.der), certificate.planned ? ALGORITHM : KEY_ALGORITHMS[keyAlgorithm]);

/** The first CRL of a CA that is planned. */
export function plannedCrl(issuer: IssuerFacts, thisUpdate: Date, nextUpdate: Date): KnownCrl {
  const prepared = prepareCrl({ number: 1n, thisUpdate, nextUpdate }, { count: 0, byteLength: 0 }, issuer);
  return { der: unsignedEmptyCrl(prepared, issuer.algorithm), planned: true };
}

export const asKnown = ({ der }: Pick<AuthorityCertificate, 'der'>): KnownCertificate => ({ der });

/** Longer than any that is given: no CRL lists it. */
const SERIAL = new Uint8Array(20).fill(0x7f);
