/**
 * Builds certificates and CRLs that do not exist yet, unsigned and with placeholder keys. The proof of a rotation calls it. They are never
 * written or published.
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

/** The key algorithm of a planned leaf. */
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

/** Returns an additional certificate for the key of a CA, issued by `above`. */
export function plannedCross(
  subject: IssuerFacts,
  terms: CrossTerms,
  trustDomain: string,
  above: IssuerFacts,
): KnownCertificate {
  const tbsDer = prepareAuthority(crossRequest(subject, terms, trustDomain, SERIAL), above);
  return { der: unsignedCertificate(tbsDer, above.algorithm), planned: true };
}

/** Returns a leaf that a CA will issue, with a name of its own instead of that of a service. */
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

/** Returns the facts of an issuing CA that its leaves and cross-certificates depend on. */
export const factsOf = (certificate: KnownCertificate, keyAlgorithm: Authority['keyAlgorithm']): IssuerFacts =>
  issuerFactsOf(decodeCertificate(certificate.der), KEY_ALGORITHMS[keyAlgorithm]);

/** Returns the first CRL of a planned CA. */
export function plannedCrl(issuer: IssuerFacts, thisUpdate: Date, nextUpdate: Date): KnownCrl {
  const prepared = prepareCrl({ number: 1n, thisUpdate, nextUpdate }, { count: 0, byteLength: 0 }, issuer);
  return { der: unsignedEmptyCrl(prepared, issuer.algorithm), planned: true };
}

export const asKnown = ({ der }: Pick<AuthorityCertificate, 'der'>): KnownCertificate => ({ der });

/** A serial number that no CRL lists, because it is longer than any that is issued. */
const SERIAL = new Uint8Array(20).fill(0x7f);
