/**
 * Answers what certificates and CRLs that do not exist yet will say: unsigned, with keys that sign nothing. The proof of a rotation asks
 * here. Nothing of it is ever written or published.
 */
import { authorityRequest, crossRequest, type CrossTerms } from '../../ca/rules/authority-request.ts';
import type { PlannedAuthority, Validity } from '../../ca/rules/planned-authority.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { IssuerFacts } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair, type EcAlgorithm } from '../../pki/key/pair.ts';
import { placeholderKey } from '../../pki/key/placeholder.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { prepareAuthority } from '../../pki/certificate/prepare-authority.ts';
import { prepareCrl } from '../../pki/crl/prepare.ts';
import { leafPreparer } from '../../pki/certificate/prepare-leaf.ts';
import { unsignedCertificate, unsignedEmptyCrl } from '../../pki/unsigned.ts';
import type { Authority, AuthorityCertificate } from '../../record/authority.ts';
import type { KnownCertificate, KnownCrl } from '../../verifiers/rules/situation.ts';

/** The key of a leaf that is only looked at. */
const LEAF_KEY = KEY_ALGORITHMS['ecdsa-p256'] as EcAlgorithm;

/** Returns the certificate of a planned CA, with a key of its algorithm; self-signed when `above` is absent. */
export function plannedCertificate(
  planned: PlannedAuthority,
  names: { readonly name: string; readonly trustDomain: string },
  above: IssuerFacts | undefined,
): KnownCertificate {
  const algorithm = KEY_ALGORITHMS[planned.keyAlgorithm];
  const signer = above ?? { algorithm };
  const tbsDer = prepareAuthority(authorityRequest(planned, names, placeholderKey(algorithm), SERIAL), signer);
  return { der: unsignedCertificate(tbsDer, signer.algorithm), planned: true };
}

/** Returns one more certificate for the key of a CA, by `above`. */
export function plannedCross(
  subject: IssuerFacts,
  terms: CrossTerms,
  trustDomain: string,
  above: IssuerFacts,
): KnownCertificate {
  const tbsDer = prepareAuthority(crossRequest(subject, terms, trustDomain, SERIAL), above);
  return { der: unsignedCertificate(tbsDer, above.algorithm), planned: true };
}

/** Of the trust domain itself: the names of services are their own business. */
export function plannedLeaf(
  issuer: IssuerFacts,
  { notBefore, notAfter }: Validity,
  trustDomain: string,
  crlUrl: string | undefined,
): KnownCertificate {
  const { publicKey, publicKeyBits } = generateKeyPair(LEAF_KEY);
  const tbsDer = leafPreparer(
    issuer,
    crlUrl,
  )({
    profile: 'svid',
    commonName: PLANNED_SERVICE,
    spiffeId: `spiffe://${trustDomain}/${PLANNED_SERVICE}`,
    dns: [],
    ip: [],
    keyKind: LEAF_KEY.kind,
    publicKeyDer: publicKey,
    publicKeyBits,
    serial: SERIAL,
    notBefore,
    notAfter,
  });
  return { der: unsignedCertificate(tbsDer, issuer.algorithm), planned: true };
}

export const PLANNED_SERVICE = 'future-certificate';

/** What a leaf or a cross certificate is measured against. */
export const factsOf = (certificate: KnownCertificate, keyAlgorithm: Authority['keyAlgorithm']): IssuerFacts =>
  issuerFactsOf(decodeCertificate(certificate.der), KEY_ALGORITHMS[keyAlgorithm]);

/** The first CRL of a CA that is planned. */
export function plannedCrl(issuer: IssuerFacts, thisUpdate: Date, nextUpdate: Date): KnownCrl {
  const prepared = prepareCrl({ number: 1n, thisUpdate, nextUpdate }, { count: 0, byteLength: 0 }, issuer);
  return { der: unsignedEmptyCrl(prepared, issuer.algorithm), planned: true };
}

export const asKnown = ({ der }: Pick<AuthorityCertificate, 'der'>): KnownCertificate => ({ der });

/** Longer than any that is given: no CRL lists it. */
const SERIAL = new Uint8Array(20).fill(0x7f);
