import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { bitString, contextTag, integer, sequence, time, tlv, unsignedInteger } from '../../../src/pki/der/writer.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeGeneralNames } from '../../../src/pki/extension/general-name.ts';
import { encodeAuthorityKeyIdentifier, encodeSubjectKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { encodeKeyUsage, type KeyUsage } from '../../../src/pki/extension/key-usage.ts';
import type { Cleared, Issuer } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import type { CertificateKind } from '../../../src/pki/lint/certificate-facts.ts';
import { decodeName, encodeName, type Name } from '../../../src/pki/name/name.ts';
import { OID, type OidName } from '../../../src/pki/oids.ts';

/** Fields of a TBSCertificate as DER, so any of them can be wrong. */
export interface CertificateParts {
  readonly version: Uint8Array;
  readonly serial: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly uniqueIdentifiers: Uint8Array;
  /** Extensions in their order; an empty list leaves the field out. */
  readonly extensions: Readonly<Record<string, Uint8Array>>;
}

export function encodeParts(parts: CertificateParts): Uint8Array {
  const extensions = Object.values(parts.extensions).filter(der => der.length > 0);
  return sequence(
    parts.version,
    parts.serial,
    parts.signatureAlgorithm,
    parts.issuer,
    parts.validity,
    parts.subject,
    parts.publicKey,
    parts.uniqueIdentifiers,
    ...(extensions.length === 0 ? [] : [tlv(contextTag(3, true), sequence(...extensions))]),
  );
}

/** Makes a certificate signed by the usual CA of its kind, without lint. */
export function signParts(parts: CertificateParts, by: Issuer): Uint8Array {
  const tbs = encodeParts(parts);
  return sequence(tbs, by.algorithm.signatureAlgorithmDer, bitString(by.sign(tbs as Cleared)));
}

/** Makes one extension to replace the good one of its name. */
export const planted = (name: OidName, critical: boolean, value: Uint8Array): Record<string, Uint8Array> => ({
  [name]: encodeExtension(OID[name], critical, value),
});

/** Removes an extension. */
export const without = (name: OidName): Record<string, Uint8Array> => ({ [name]: new Uint8Array() });

export const validity = (notBefore: string, notAfter: string): Uint8Array =>
  sequence(time(new Date(notBefore)), time(new Date(notAfter)));

export const distinguishedName = (commonName: string): Uint8Array => encodeName([[OID.commonName, commonName]]);

export const readName = (der: Uint8Array): Name => decodeName(new DerReader(der), 'a name');

/** Private key of the root, PKCS#8. */
export const rootKeyPem = (): string => ROOT_KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const spki = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ type: 'spki', format: 'der' }));
const newKeyPair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const ROOT_KEY = newKeyPair();
const ISSUING_KEY = newKeyPair();
export const LEAF_PUBLIC_KEY = spki(newKeyPair().publicKey);

const issuer = (
  commonName: string,
  { privateKey, publicKey }: ReturnType<typeof newKeyPair>,
  octet: number,
  notAfter: string,
): Issuer => ({
  subject: readName(distinguishedName(commonName)),
  keyIdentifier: new Uint8Array(20).fill(octet),
  algorithm: KEY_ALGORITHMS['ecdsa-p256'],
  publicKeyDer: spki(publicKey),
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date(notAfter),
  sign: bytes => new Uint8Array(sign('sha256', bytes, privateKey)),
  startSignature: () => {
    throw new Error('certificates are signed in one piece');
  },
});

export const ROOT: Issuer = issuer('Example Root g1', ROOT_KEY, 0xaa, '2036-01-01T00:00:00Z');
export const ISSUING: Issuer = {
  ...issuer('Example Issuing g1', ISSUING_KEY, 0xbb, '2027-01-01T00:00:00Z'),
  pathLength: 0,
};

/** Returns the issuer of a kind of certificate. A root signs itself, the root signs a CA, the issuing CA signs a leaf. */
export const issuerOf = (kind: CertificateKind): Issuer =>
  kind === 'root' || kind === 'issuing' || kind === 'cross' ? ROOT : ISSUING;

const PURPOSES = { svid: [OID.serverAuth, OID.clientAuth], server: [OID.serverAuth], client: [OID.clientAuth] };

/** Makes a certificate without a fault. */
export function goodParts(kind: CertificateKind): CertificateParts {
  const by = issuerOf(kind);
  const common = {
    version: tlv(contextTag(0, true), integer(2)),
    serial: unsignedInteger(new Uint8Array(16).fill(0x5a)),
    signatureAlgorithm: by.algorithm.signatureAlgorithmDer,
    issuer: by.subject.der,
    uniqueIdentifiers: new Uint8Array(),
  };
  const identifiers = (subjectKey: number): Record<string, Uint8Array> => ({
    ...planted('authorityKeyIdentifier', false, encodeAuthorityKeyIdentifier(by.keyIdentifier)),
    ...planted('subjectKeyIdentifier', false, encodeSubjectKeyIdentifier(new Uint8Array(20).fill(subjectKey))),
  });
  const usage = (usages: readonly KeyUsage[]): Record<string, Uint8Array> =>
    planted('keyUsage', true, encodeKeyUsage(usages));
  const uri = (value: string): Record<string, Uint8Array> =>
    planted('subjectAltName', false, encodeGeneralNames([{ type: 'uri', value }]));

  if (kind === 'root' || kind === 'issuing' || kind === 'cross') {
    const constraints = kind === 'issuing' ? { ca: true, pathLength: 0 } : { ca: true };
    const own = kind === 'root' ? ROOT : ISSUING;
    return {
      ...common,
      validity: validity('2026-01-01T00:00:00Z', kind === 'root' ? '2036-01-01T00:00:00Z' : '2027-01-01T00:00:00Z'),
      subject: own.subject.der,
      publicKey: own.publicKeyDer,
      extensions: {
        ...planted('basicConstraints', true, encodeBasicConstraints(constraints)),
        ...usage(['keyCertSign', 'cRLSign']),
        ...identifiers(own.keyIdentifier[0]!),
        ...uri('spiffe://example.org'),
      },
    };
  }
  return {
    ...common,
    validity: validity('2026-03-01T00:00:00Z', '2026-03-31T00:00:00Z'),
    subject: distinguishedName('payments'),
    publicKey: LEAF_PUBLIC_KEY,
    extensions: {
      ...identifiers(0xcc),
      ...usage(['digitalSignature']),
      ...planted('extKeyUsage', false, encodeExtKeyUsage(PURPOSES[kind])),
      ...uri('spiffe://example.org/payments'),
    },
  };
}
