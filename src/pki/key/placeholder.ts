import { randomBytes } from 'node:crypto';
import { bitString, integer, sequence, unsignedInteger } from '../der/writer.ts';
import type { KeyAlgorithm } from './algorithm.ts';
import { generateKeyPair, type KeyPair } from './pair.ts';

/**
 * A public key of the algorithm that signs nothing, for a certificate that is only looked at. The modulus of an RSA key is any odd number
 * of its length: the search for primes takes seconds.
 */
export function placeholderKey(algorithm: KeyAlgorithm): Pick<KeyPair, 'publicKey' | 'publicKeyBits'> {
  if (algorithm.kind !== 'rsa') return generateKeyPair(algorithm);
  const modulus = Uint8Array.from(randomBytes(algorithm.modulusBits / 8));
  modulus[0]! |= 0x80;
  modulus[modulus.length - 1]! |= 1;
  const publicKeyBits = sequence(unsignedInteger(modulus), integer(65_537));
  return { publicKey: sequence(algorithm.keyAlgorithmDer, bitString(publicKeyBits)), publicKeyBits };
}
