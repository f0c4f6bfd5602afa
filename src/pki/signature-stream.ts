import { createSign, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from './bytes.ts';
import type { SignatureStream } from './issuer.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';

/**
 * A signature over bytes that come in pieces. ECDSA and RSA hash them on the way. Ed25519 reads its message twice (RFC 8032
 * §5.1.6) and so keeps a copy of all of it until `finish`.
 */
export function startSignature(key: KeyObject, { digest }: KeyAlgorithm): SignatureStream {
  if (digest === null) {
    const pieces: Uint8Array[] = [];
    return {
      update: bytes => void pieces.push(Uint8Array.from(bytes)),
      finish: () => new Uint8Array(sign(null, concatBytes(pieces), key)),
    };
  }
  const signer = createSign(digest);
  return {
    update: bytes => void signer.update(bytes),
    finish: () => new Uint8Array(signer.sign(key)),
  };
}
