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
  /** The OID of the key type that the scheme uses. */
  readonly keyOid: string;
  /** The hash function; null if the scheme includes its own. */
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
 * Returns the scheme that an AlgorithmIdentifier names; undefined if svcauth does not verify it (SHA-1, RSA-PSS, …). Parameters
 * must be absent for ECDSA (RFC 5758 §3.2) and Ed25519 (RFC 8410 §3), and NULL for RSA (RFC 4055 §5).
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

/** Returns a function that signs with one key. ECDSA signatures are DER-encoded. */
export function signerOf(key: KeyObject, { digest }: KeyAlgorithm): (bytes: Uint8Array) => Uint8Array {
  return bytes => sign(digest, bytes, key);
}

/** An opened public key with the scheme that it verifies. */
export interface VerifyingKey {
  readonly scheme: SignatureScheme;
  readonly publicKey: KeyObject;
}

/** Opens a key for a signature algorithm; undefined for an unsupported scheme or curve, or a key of another type. */
export function verifyingKey(algorithm: AlgorithmIdentifier, key: PublicKeyInfo): VerifyingKey | undefined {
  const scheme = signatureScheme(algorithm);
  if (scheme === undefined || scheme.keyOid !== key.algorithm.oid) return undefined;
  if (scheme.keyOid === OID.ecPublicKey && namedCurve(key.algorithm.parameters) === undefined) return undefined;
  try {
    return { scheme, publicKey: createPublicKey({ key: Buffer.from(key.der), format: 'der', type: 'spki' }) };
  } catch {
    // OpenSSL rejects the key
    return undefined;
  }
}

/** Verifies `signature` over `bytes`. Returns false if the key or the scheme is not supported. */
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
