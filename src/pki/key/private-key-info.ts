// Recognises the form of a private key in DER and splits it into its fields.
// `private-key.ts` and the reports of `inspect` call it. It decrypts nothing and does not test whether the numbers make a key.
import { decodeAlgorithmIdentifier } from './algorithm-identifier.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { contextTag, DER_NULL, TAG } from '../der/writer.ts';
import { OID } from '../oids.ts';

/** The forms of private keys: RFC 5958 plain and encrypted, SEC1 (RFC 5915), PKCS#1 (RFC 8017 appendix A.1.2). */
export type PrivateKeyForm = 'PKCS#8' | 'encrypted PKCS#8' | 'SEC1' | 'PKCS#1';

/** A private key split into algorithm and key, the same for every form. */
export interface PrivateKeyInfo {
  /** Dotted decimal. */
  readonly oid: string;
  readonly parameters: Uint8Array | undefined;
  /** ECPrivateKey, RSAPrivateKey or CurvePrivateKey, depending on the algorithm. */
  readonly privateKey: Uint8Array;
  /** The bits of the public key, if the form has them outside of `privateKey`. */
  readonly publicKeyBits: Uint8Array | undefined;
}

/** Recognises the form of a DER private key by the tags of its first fields; undefined for anything else. */
export function privateKeyForm(der: Uint8Array): PrivateKeyForm | undefined {
  switch (firstTags(der)) {
    case `${TAG.integer} ${TAG.sequence} ${TAG.octetString}`:
      return 'PKCS#8';
    case `${TAG.sequence} ${TAG.octetString} -1`:
      return 'encrypted PKCS#8';
    case `${TAG.integer} ${TAG.integer} ${TAG.integer}`:
      return 'PKCS#1';
    default:
      return /^2 4 /.test(firstTags(der)) ? 'SEC1' : undefined;
  }
}

function firstTags(der: Uint8Array): string {
  try {
    const reader = new DerReader(der).enter(TAG.sequence, 'a key');
    return [0, 1, 2]
      .map(() => {
        const tag = reader.peek();
        if (tag >= 0) reader.any('a field');
        return tag;
      })
      .join(' ');
  } catch (cause) {
    if (cause instanceof DerError) return '';
    throw cause;
  }
}

/** Reads an unencrypted key. Throws DerError. */
export function decodePrivateKeyInfo(
  der: Uint8Array,
  form: Exclude<PrivateKeyForm, 'encrypted PKCS#8'>,
): PrivateKeyInfo {
  const outer = new DerReader(der);
  switch (form) {
    case 'PKCS#8': {
      const info = decodePkcs8(outer);
      outer.finish('a private key');
      return info;
    }
    case 'SEC1': {
      const { parameters } = decodeEcPrivateKey(der);
      return { oid: OID.ecPublicKey, parameters, privateKey: der, publicKeyBits: undefined };
    }
    case 'PKCS#1':
      return { oid: OID.rsaEncryption, parameters: DER_NULL, privateKey: der, publicKeyBits: undefined };
  }
}

/** Reads PrivateKeyInfo and OneAsymmetricKey (RFC 5958 §2). */
function decodePkcs8(outer: DerReader): PrivateKeyInfo {
  const reader = outer.enter(TAG.sequence, 'a private key');
  const version = reader.smallInteger('version');
  if (version > 1) throw new DerError(`PKCS#8 version ${version} does not exist`, reader.position);
  const { oid, parameters } = decodeAlgorithmIdentifier(reader, 'the key algorithm');
  const privateKey = reader.content(TAG.octetString, 'the key');
  reader.optional(contextTag(0, true), 'attributes');
  const publicKey = reader.optional(contextTag(1, false), 'the public key')?.rest;
  reader.finish('a private key');
  return { oid, parameters, privateKey, publicKeyBits: publicKey?.subarray(1) };
}

/** Reads an ECPrivateKey (RFC 5915 §3). */
export function decodeEcPrivateKey(der: Uint8Array): {
  readonly scalar: Uint8Array;
  readonly parameters: Uint8Array | undefined;
  readonly point: Uint8Array | undefined;
} {
  const outer = new DerReader(der);
  const reader = outer.enter(TAG.sequence, 'an EC private key');
  outer.finish('an EC private key');
  const version = reader.smallInteger('version');
  if (version !== 1) throw new DerError(`an EC private key of version ${version}`, 0);
  const scalar = reader.content(TAG.octetString, 'the private scalar');
  const parameters = reader.optional(contextTag(0, true), 'the curve')?.rest;
  const publicKey = reader.optional(contextTag(1, true), 'the public key');
  const point = publicKey?.wholeBits('the public key');
  reader.finish('an EC private key');
  return { scalar, parameters, point };
}
