// Splits the DER of a certificate, signed or not signed yet, into its fields (RFC 5280 §4.1).
// All strict reading of certificates starts here. It verifies no signature; `lint/certificate-facts.ts` decodes the extensions.
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { DerReader, type DerTime, type Tolerance } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';
import { decodeExtensions, type Extension } from '../extension/extension.ts';
import { decodeName, type Name } from '../name/name.ts';
import { decodePublicKeyInfo, type PublicKeyInfo } from '../key/public-key-info.ts';

/** TBSCertificate (RFC 5280 §4.1.2), field by field; everything is a view into `der`. */
export interface ParsedTbsCertificate {
  readonly der: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  /** The INTEGER's content octets, as encoded. */
  readonly serial: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly notBefore: DerTime;
  /** Inclusive. */
  readonly notAfter: DerTime;
  readonly subject: Name;
  readonly publicKey: PublicKeyInfo;
  /** True if the certificate has an issuerUniqueID or a subjectUniqueID, which CAs must not issue (RFC 5280 §4.1.2.8). */
  readonly hasUniqueIdentifier: boolean;
  readonly extensions: readonly Extension[];
}

export interface ParsedCertificate {
  readonly der: Uint8Array;
  readonly tbs: ParsedTbsCertificate;
  /** The outer identifier; equal to the inner one in a good certificate (RFC 5280 §4.1.1.2). */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/**
 * Decodes strict DER. It reads the structure only; lint and path validation interpret it. Throws DerError. With a `tolerance`, it
 * reports faults that do not hide the meaning there and continues.
 */
export function decodeCertificate(der: Uint8Array, tolerance?: Tolerance): ParsedCertificate {
  const outer = new DerReader(der, 0, der.length, tolerance);
  const reader = outer.enter(TAG.sequence, 'a certificate');
  outer.finish('a certificate');
  const tbs = readTbsCertificate(reader);
  const signatureAlgorithm = decodeAlgorithmIdentifier(reader, 'signatureAlgorithm');
  const signature = reader.wholeBits('signatureValue');
  reader.finish('a certificate');
  return { der, tbs, signatureAlgorithm, signature };
}

export function decodeTbsCertificate(der: Uint8Array): ParsedTbsCertificate {
  const reader = new DerReader(der);
  const tbs = readTbsCertificate(reader);
  reader.finish('tbsCertificate');
  return tbs;
}

function readTbsCertificate(outer: DerReader): ParsedTbsCertificate {
  const reader = outer.enter(TAG.sequence, 'tbsCertificate');
  const version = readVersion(reader);
  const serial = reader.integerBytes('serialNumber');
  const signatureAlgorithm = decodeAlgorithmIdentifier(reader, 'the inner signature algorithm');
  const issuer = decodeName(reader, 'issuer');
  const validity = reader.enter(TAG.sequence, 'validity');
  const notBefore = validity.time('notBefore');
  const notAfter = validity.time('notAfter');
  validity.finish('validity');
  const subject = decodeName(reader, 'subject');
  const publicKey = decodePublicKeyInfo(reader);
  const issuerUniqueId = reader.optional(contextTag(1, false), 'issuerUniqueID');
  const subjectUniqueId = reader.optional(contextTag(2, false), 'subjectUniqueID');
  const wrapped = reader.optional(contextTag(3, true), 'extensions');
  const extensions = wrapped === undefined ? [] : decodeExtensions(wrapped, 'extensions');
  wrapped?.finish('extensions');
  reader.finish('tbsCertificate');
  if (extensions.length > 0 && version !== 3) {
    reader.fault(`a version ${version} certificate has extensions`, 0, 'RFC 5280 §4.1.2.1');
  }
  const { element } = reader;
  return {
    der: element,
    version,
    serial,
    signatureAlgorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    hasUniqueIdentifier: issuerUniqueId !== undefined || subjectUniqueId !== undefined,
    extensions,
  };
}

function readVersion(reader: DerReader): number {
  const wrapped = reader.optional(contextTag(0, true), 'version');
  if (wrapped === undefined) return 1;
  const at = wrapped.position;
  const value = wrapped.smallInteger('version');
  wrapped.finish('version');
  if (value === 0) reader.fault('the default version 1 is encoded (not DER)', at, 'X.690 §11.5');
  if (value > 2) reader.fault(`version ${value + 1} does not exist`, at, 'RFC 5280 §4.1.2.1');
  return value + 1;
}
