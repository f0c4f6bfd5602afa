// Lists the signature algorithms that svcauth verifies; signs and verifies bytes that are in memory.
// CAs sign through `signerOf`; path validation, bundles, `init` and reports verify. A long CRL uses `signature-stream.ts`.
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { equalBytes } from '../bytes.ts';
import { DER_NULL } from '../der/writer.ts';
import type { KeyAlgorithm } from './algorithm.ts';
import { OID } from '../oids.ts';
import { namedCurve } from './public-key.ts';
import type { PublicKeyInfo } from './public-key-info.ts';

/** A signature algorithm that svcauth verifies. */
export interface SignatureScheme {
  readonly label: string;
  /** OID of the keys it goes with. */
  readonly keyOid: string;
  /** null where the scheme hashes for itself. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
}

const ecdsa = (digest: 'sha256' | 'sha384' | 'sha512'): SignatureScheme => ({
  label: `ECDSA with SHA-${digest.slice(3)}`,
  keyOid: OID.ecPublicKey,
  digest,
});

const rsa = (digest: 'sha256' | 'sha384' | 'sha512'): SignatureScheme => ({
  label: `RSA with SHA-${digest.slice(3)}`,
  keyOid: OID.rsaEncryption,
  digest,
});

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  [OID.ecdsaWithSHA256]: ecdsa('sha256'),
  [OID.ecdsaWithSHA384]: ecdsa('sha384'),
  [OID.ecdsaWithSHA512]: ecdsa('sha512'),
  [OID.sha256WithRSAEncryption]: rsa('sha256'),
  [OID.sha384WithRSAEncryption]: rsa('sha384'),
  [OID.sha512WithRSAEncryption]: rsa('sha512'),
  [OID.ed25519]: { label: 'Ed25519', keyOid: OID.ed25519, digest: null },
};

/**
 * The scheme an AlgorithmIdentifier names, or undefined when we do not verify it (SHA-1, RSA-PSS, …). Parameters are absent for
 * ECDSA (RFC 5758 §3.2) and Ed25519 (RFC 8410 §3), NULL for RSA (RFC 4055 §5); with others it is another algorithm.
 */
export function signatureScheme({ oid, parameters }: AlgorithmIdentifier): SignatureScheme | undefined {
  const scheme = SCHEMES[oid];
  if (scheme === undefined) return undefined;
  const asExpected =
    scheme.keyOid === OID.rsaEncryption
      ? parameters !== undefined && equalBytes(parameters, DER_NULL)
      : parameters === undefined;
  return asExpected ? scheme : undefined;
}

/** Signs with one algorithm for as long as it is held: one-shot calls, DER-encoded ECDSA. */
export function signerOf(key: KeyObject, { digest }: KeyAlgorithm): (bytes: Uint8Array) => Uint8Array {
  return bytes => sign(digest, bytes, key);
}

/** A key, opened, and the scheme that it verifies with. */
export interface VerifyingKey {
  readonly scheme: SignatureScheme;
  readonly publicKey: KeyObject;
}

/** Undefined for schemes we do not verify, for keys that do not go with the scheme, and for curves we do not know. */
export function verifyingKey(algorithm: AlgorithmIdentifier, key: PublicKeyInfo): VerifyingKey | undefined {
  const scheme = signatureScheme(algorithm);
  if (scheme === undefined || scheme.keyOid !== key.algorithm.oid) return undefined;
  if (scheme.keyOid === OID.ecPublicKey && namedCurve(key.algorithm.parameters) === undefined) return undefined;
  try {
    return { scheme, publicKey: createPublicKey({ key: Buffer.from(key.der), format: 'der', type: 'spki' }) };
  } catch {
    // OpenSSL does not take the key
    return undefined;
  }
}

/** Whether `signature` over `bytes` was made by the key. False without a verifying key: nothing that was not verified passes. */
export function verifySignature(
  algorithm: AlgorithmIdentifier,
  key: PublicKeyInfo,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const verifying = verifyingKey(algorithm, key);
  if (verifying === undefined) return false;
  try {
    return verify(verifying.scheme.digest, bytes, verifying.publicKey, signature);
  } catch {
    return false;
  }
}
