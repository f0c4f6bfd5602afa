import { createSign, createVerify, sign, verify, type KeyObject } from 'node:crypto';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { concatBytes } from '../bytes.ts';
import type { SignatureStream } from '../certificate/issuer.ts';
import type { KeyAlgorithm } from './algorithm.ts';
import type { PublicKeyInfo } from './public-key-info.ts';
import { verifyingKey } from './signature.ts';

/**
 * Starts a signature over bytes that arrive in pieces. ECDSA and RSA hash each piece at once. Ed25519 reads its message twice
 * (RFC 8032 §5.1.6), so all pieces stay in memory until `finish`.
 */
export function startSignature(key: KeyObject, { digest }: KeyAlgorithm): SignatureStream {
  if (digest === null) {
    const pieces: Uint8Array[] = [];
    return {
      update: bytes => void pieces.push(Uint8Array.from(bytes)),
      finish: last => new Uint8Array(sign(null, concatBytes([...pieces, last]), key)),
    };
  }
  const signer = createSign(digest);
  return {
    update: bytes => void signer.update(bytes),
    finish: last => new Uint8Array(signer.update(last).sign(key)),
  };
}

export interface VerificationStream {
  update(bytes: Uint8Array): void;
  /** Decides that the key made this signature over all bytes so far. It can be called once. */
  finish(signature: Uint8Array): boolean;
}

/** Starts `verifySignature` for bytes that arrive in pieces; false for the same reasons. */
export function startVerification(algorithm: AlgorithmIdentifier, key: PublicKeyInfo): VerificationStream {
  const verifying = verifyingKey(algorithm, key);
  if (verifying === undefined) return { update: () => undefined, finish: () => false };
  const { scheme, publicKey } = verifying;
  if (scheme.digest === null) {
    const pieces: Uint8Array[] = [];
    return {
      update: bytes => void pieces.push(Uint8Array.from(bytes)),
      finish: signature => verify(null, concatBytes(pieces), publicKey, signature),
    };
  }
  const verifier = createVerify(scheme.digest);
  return {
    update: bytes => void verifier.update(bytes),
    finish: signature => verifier.verify(publicKey, signature),
  };
}
