// Generates key pairs: for CAs, for leaves that bring no key, and throw-away keys for the plan of a rotation.
// `private-key.ts` uses `ecKeyPair` to write keys from outside in the same encoding. Nothing is stored or encrypted here.
import {
  createECDH,
  generateKeyPair as generateKeyPairInPool,
  generateKeyPairSync,
  type ECDH,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { promisify } from 'node:util';
import { DerReader } from '../der/reader.ts';
import { bitString, contextTag, integer, octetString, sequence, tlv } from '../der/writer.ts';
import type { KeyAlgorithm } from './algorithm.ts';
import { decodePublicKeyInfo } from './public-key-info.ts';

/** A new key pair as DER. */
export interface KeyPair {
  readonly algorithm: KeyAlgorithm;
  /** PrivateKeyInfo (RFC 5958), unencrypted. */
  readonly pkcs8: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** The content of its BIT STRING, from which a key identifier is computed. */
  readonly publicKeyBits: Uint8Array;
}

export type EcAlgorithm = Extract<KeyAlgorithm, { kind: 'ec' }>;
export type QuickKeyAlgorithm = Extract<KeyAlgorithm, { kind: 'ec' | 'ed25519' }>;

/**
 * Generates a key pair. EC (tens of thousands a second) and Ed25519 pairs are made synchronously; RSA searches its primes in the
 * thread pool. No key is exported as a JWK: that can hang on Node 20.
 */
export function generateKeyPair(algorithm: QuickKeyAlgorithm): KeyPair;
export function generateKeyPair(algorithm: KeyAlgorithm): KeyPair | Promise<KeyPair>;
export function generateKeyPair(algorithm: KeyAlgorithm): KeyPair | Promise<KeyPair> {
  switch (algorithm.kind) {
    case 'ec': {
      const ecdh = generatorOf(algorithm);
      const publicKeyBits = ecdh.generateKeys();
      return ecKeyPair(algorithm, ecdh.getPrivateKey(), publicKeyBits);
    }
    case 'ed25519':
      return exported(algorithm, generateKeyPairSync('ed25519'));
    case 'rsa':
      return generateRsa(algorithm);
  }
}

// creating a generator costs as much as a key; it keeps its last key in memory, as every key in use is
const generators = new Map<string, ECDH>();

function generatorOf({ curve }: EcAlgorithm): ECDH {
  let generator = generators.get(curve);
  if (generator === undefined) generators.set(curve, (generator = createECDH(curve)));
  return generator;
}

/** Encodes a pair in our own form. The scalar may lack leading zeros; the point is uncompressed. */
export function ecKeyPair(algorithm: EcAlgorithm, scalar: Uint8Array, point: Uint8Array): KeyPair {
  // ECPrivateKey: the scalar at the full length of the curve, with the public key (RFC 5915 §3)
  const padded = new Uint8Array(algorithm.scalarLength);
  padded.set(scalar, algorithm.scalarLength - scalar.length);
  const ecPrivateKey = sequence(ONE, octetString(padded), tlv(contextTag(1, true), bitString(point)));
  return {
    algorithm,
    pkcs8: sequence(ZERO, algorithm.keyAlgorithmDer, octetString(ecPrivateKey)),
    publicKey: sequence(algorithm.keyAlgorithmDer, bitString(point)),
    publicKeyBits: Uint8Array.from(point),
  };
}

const ZERO = integer(0);
const ONE = integer(1);

const generateInPool = promisify(generateKeyPairInPool);

async function generateRsa(algorithm: Extract<KeyAlgorithm, { kind: 'rsa' }>): Promise<KeyPair> {
  const { modulusBits } = algorithm;
  return exported(algorithm, await generateInPool('rsa', { modulusLength: modulusBits, publicExponent: 65537 }));
}

function exported(algorithm: KeyAlgorithm, pair: KeyPairKeyObjectResult): KeyPair {
  const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }));
  const pkcs8 = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const { bits } = decodePublicKeyInfo(new DerReader(publicKey));
  return { algorithm, pkcs8, publicKey, publicKeyBits: bits };
}
