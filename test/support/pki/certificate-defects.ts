import { expect, test } from 'vitest';
import { bitString, DER_NULL, integer, oid, sequence, setOf, unsignedInteger } from '../../../src/pki/der/writer.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeDistributionPoint } from '../../../src/pki/extension/distribution-points.ts';
import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { encodeGeneralName, encodeGeneralNames, type GeneralName } from '../../../src/pki/extension/general-name.ts';
import { encodeKeyUsage, type KeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodeNameConstraints } from '../../../src/pki/extension/name-constraints.ts';
import type { IssuerFacts } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import type { CertificateKind } from '../../../src/pki/lint/certificate-facts.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodeParts, goodParts, issuerOf, planted, validity, type CertificateParts } from './planted-certificate.ts';

export type Extensions = Readonly<Record<string, Uint8Array>>;

/** One defect of an otherwise good certificate, and every rule that reports it. */
export interface Defect {
  /** Continues "refuses …". */
  readonly title: string;
  readonly breaks: readonly string[];
  /** Profile; `svid` by default. */
  readonly kind?: CertificateKind;
  readonly fields?: Partial<Omit<CertificateParts, 'extensions'>>;
  readonly extensions?: Extensions;
  readonly issuer?: Partial<IssuerFacts>;
}

export function brokenRules({
  kind = 'svid',
  fields,
  extensions,
  issuer,
}: Omit<Defect, 'title' | 'breaks'>): readonly string[] {
  const good = goodParts(kind);
  const tbsDer = encodeParts({ ...good, ...fields, extensions: { ...good.extensions, ...extensions } });
  const outcome = lintCertificate(tbsDer, { kind, issuer: { ...issuerOf(kind), ...issuer } });
  return 'findings' in outcome ? outcome.findings.map(({ rule }) => rule) : [];
}

/** Adds a test for every defect, and a test that every rule of the table has a defect. */
export function testDefects(rules: readonly { readonly name: string }[], defects: readonly Defect[]): void {
  for (const { title, breaks, ...defect } of defects) {
    test(`refuses ${title}`, () => expect(brokenRules(defect)).toEqual(breaks));
  }
  test('every rule is broken by at least one fixture', () => {
    const broken = new Set(defects.flatMap(({ breaks }) => breaks));
    expect(rules.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });
}

// -- small builders: each makes one wrong thing

export const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), value);
export const nameOf = (...attributes: readonly Uint8Array[]): Uint8Array => sequence(...attributes.map(a => setOf(a)));
export const commonNameOf = (value: Uint8Array): Uint8Array => nameOf(attribute(OID.commonName, value));
export const usages = (...list: readonly KeyUsage[]): Extensions => planted('keyUsage', true, encodeKeyUsage(list));
export const purposes = (...list: readonly string[]): Extensions =>
  planted('extKeyUsage', false, encodeExtKeyUsage(list));
export const constraints = (ca: boolean, pathLength?: number): Extensions =>
  planted(
    'basicConstraints',
    true,
    // encodeBasicConstraints never writes this
    ca || pathLength === undefined
      ? encodeBasicConstraints(pathLength === undefined ? { ca } : { ca, pathLength })
      : sequence(integer(pathLength)),
  );
export const names = (...list: readonly GeneralName[]): Extensions =>
  planted('subjectAltName', false, encodeGeneralNames(list));
export const SPIFFE: GeneralName = { type: 'uri', value: 'spiffe://example.org/payments' };
export const dns = (value: string): GeneralName => ({ type: 'dns', value });
export const ip = (...octets: readonly number[]): GeneralName => ({ type: 'ip', octets: Uint8Array.from(octets) });
export const permitted = (...list: readonly GeneralName[]): Extensions =>
  planted('nameConstraints', true, encodeNameConstraints({ permitted: list, excluded: [] }));
export const crlAt = (uri: string): Extensions => planted('cRLDistributionPoints', false, encodeDistributionPoint(uri));
export const access = (method: string, location: GeneralName): Uint8Array =>
  sequence(sequence(oid(method), encodeGeneralName(location)));
export const NO_REV_AVAIL = planted('noRevAvail', false, DER_NULL);
export const ONE_DAY = validity('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z');

export const publicKey = (algorithm: Uint8Array, bits: Uint8Array): Uint8Array => sequence(algorithm, bitString(bits));
export const P256 = KEY_ALGORITHMS['ecdsa-p256'].keyAlgorithmDer;
export const RSA = KEY_ALGORITHMS['rsa-2048'].keyAlgorithmDer;
export const MODULUS = new Uint8Array(256).fill(0xb5);
export const rsaKey = (modulus: Uint8Array = MODULUS, exponent: Uint8Array = integer(65_537)): Uint8Array =>
  publicKey(RSA, sequence(unsignedInteger(modulus), exponent));
