import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from '../../../src/pki/bytes.ts';
import { bitString, contextTag, integer, octetString, oid, sequence, time, tlv } from '../../../src/pki/der/writer.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeGeneralNames, type GeneralName } from '../../../src/pki/extension/general-name.ts';
import { encodeAuthorityKeyIdentifier, encodeSubjectKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodeTbsCertificate } from '../../../src/pki/certificate/tbs.ts';
import { planted } from './planted-certificate.ts';

export const NOW = new Date('2026-06-01T00:00:00Z');
const P256 = KEY_ALGORITHMS['ecdsa-p256'];

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKeyDer: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

let keys = 0;

export function newKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKeyDer = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return { privateKey, publicKeyDer, keyIdentifier: new Uint8Array(20).fill(++keys) };
}

/** A certificate and the key it certifies: enough to issue from. */
export interface TestCertificate extends TestKey {
  readonly der: Uint8Array;
  readonly name: string;
  readonly serial: number;
}

/** Choices for a certificate, each with a good default; `extensions` replace or add, by name (see `planted` and `without`). */
export interface Wanted {
  readonly name: string;
  /** Absent: self-signed. */
  readonly issuer?: TestCertificate;
  readonly key?: TestKey;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly extensions?: Readonly<Record<string, Uint8Array>>;
  /** Bytes that the issuer's key signs in place of the certificate. */
  readonly signs?: Uint8Array;
}

let serials = 0;

const serialBytes = (serial: number): Uint8Array =>
  serial < 256 ? Uint8Array.of(serial) : Uint8Array.of(serial >> 8, serial & 255);

function makeCertificate(
  { name, issuer, key = newKey(), notBefore = '2026-01-01', notAfter = '2027-01-01', extensions, signs }: Wanted,
  own: Readonly<Record<string, Uint8Array>>,
): TestCertificate {
  // the first octet of a positive serial number is below 128
  const serial = (serials = serials === 127 ? 256 : serials + 1);
  const signer = issuer ?? { ...key, name };
  const all: Record<string, Uint8Array> = {
    ...planted('subjectKeyIdentifier', false, encodeSubjectKeyIdentifier(key.keyIdentifier)),
    ...planted('authorityKeyIdentifier', false, encodeAuthorityKeyIdentifier(signer.keyIdentifier)),
    ...own,
    ...extensions,
  };
  const tbs = encodeTbsCertificate({
    serial: serialBytes(serial),
    signatureAlgorithmDer: P256.signatureAlgorithmDer,
    issuerDer: encodeName([[OID.commonName, signer.name]]),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    subjectDer: encodeName([[OID.commonName, name]]),
    publicKeyDer: key.publicKeyDer,
    extensions: Object.values(all).filter(der => der.length > 0),
  });
  return { ...key, der: signed(tbs, signer.privateKey, signs), name, serial };
}

const signed = (tbs: Uint8Array, key: KeyObject, signs = tbs): Uint8Array =>
  sequence(tbs, P256.signatureAlgorithmDer, bitString(new Uint8Array(sign('sha256', signs, key))));

export const makeCa = (wanted: Wanted): TestCertificate =>
  makeCertificate(wanted, {
    ...planted('basicConstraints', true, encodeBasicConstraints({ ca: true })),
    ...planted('keyUsage', true, encodeKeyUsage(['keyCertSign', 'cRLSign'])),
  });

export const makeLeaf = (wanted: Wanted): TestCertificate =>
  makeCertificate(wanted, {
    ...planted('keyUsage', true, encodeKeyUsage(['digitalSignature'])),
    ...names({ type: 'dns', value: `${wanted.name}.example.org` }),
  });

export const names = (...list: readonly GeneralName[]): Record<string, Uint8Array> =>
  planted('subjectAltName', false, encodeGeneralNames(list));

export const UNKNOWN_CRITICAL = { unknown: encodeExtension('1.2.3.4', true, octetString(new Uint8Array())) };

export interface WantedCrl {
  readonly issuer: TestCertificate;
  readonly revoked?: readonly number[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  /** Extensions by name: see `planted` and `without`. */
  readonly extensions?: Readonly<Record<string, Uint8Array>>;
  /** Extensions of every entry. */
  readonly entryExtensions?: Uint8Array;
}

export function makeCrl({
  issuer,
  revoked = [],
  thisUpdate = '2026-05-25',
  nextUpdate = '2026-06-08',
  extensions,
  entryExtensions,
}: WantedCrl): Uint8Array {
  const entries = revoked.map(serial =>
    sequence(
      integer(serial),
      time(new Date('2026-05-01')),
      ...(entryExtensions === undefined ? [] : [sequence(entryExtensions)]),
    ),
  );
  const all: Record<string, Uint8Array> = {
    ...planted('authorityKeyIdentifier', false, encodeAuthorityKeyIdentifier(issuer.keyIdentifier)),
    ...planted('cRLNumber', false, integer(7)),
    ...extensions,
  };
  const tbs = sequence(
    integer(1),
    P256.signatureAlgorithmDer,
    encodeName([[OID.commonName, issuer.name]]),
    time(new Date(thisUpdate)),
    ...(nextUpdate === '' ? [] : [time(new Date(nextUpdate))]),
    ...(entries.length === 0 ? [] : [sequence(concatBytes(entries))]),
    tlv(contextTag(0, true), sequence(...Object.values(all).filter(der => der.length > 0))),
  );
  return signed(tbs, issuer.privateKey);
}

/** Value of certificatePolicies without qualifiers. */
export const policies = (...list: readonly string[]): Record<string, Uint8Array> =>
  planted('certificatePolicies', false, sequence(...list.map(policy => sequence(oid(policy)))));
