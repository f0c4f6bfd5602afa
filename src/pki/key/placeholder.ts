import { randomBytes } from 'node:crypto';
import { bitString, integer, sequence, unsignedInteger } from '../der/writer.ts';
import type { KeyAlgorithm } from './algorithm.ts';
import { generateKeyPair, type KeyPair } from './pair.ts';

/**
 * Makes a public key for a certificate that exists only in a plan. The modulus of an RSA key is a random odd number of the right
 * length, because a search for primes takes seconds.
 */
export function placeholderKey(algorithm: KeyAlgorithm): Pick<KeyPair, 'publicKey' | 'publicKeyBits'> {
  if (algorithm.kind !== 'rsa') return generateKeyPair(algorithm);
  const modulus = Uint8Array.from(randomBytes(algorithm.modulusBits / 8));
  modulus[0]! |= 0x80;
  modulus[modulus.length - 1]! |= 1;
  const publicKeyBits = sequence(unsignedInteger(modulus), integer(65_537));
  return { publicKey: sequence(algorithm.keyAlgorithmDer, bitString(publicKeyBits)), publicKeyBits };
}
