// Names the algorithm of a public key, and decides whether svcauth may certify a key that it did not generate.
// Requests, private keys from files, signature checks, path validation and reports call it. It handles no private key.
import { createPublicKey } from 'node:crypto';
import { equalBytes } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { DER_NULL, TAG } from '../der/writer.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from './algorithm.ts';
import { OID, oidName } from '../oids.ts';
import type { PublicKeyInfo } from './public-key-info.ts';

/** The key in a SubjectPublicKeyInfo, decoded as far as rules and reports need. */
export type PublicKey =
  | { readonly kind: 'ec'; readonly curve: CurveName }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'rsa'; readonly modulusBits: number; readonly modulus: bigint; readonly exponent: bigint }
  /** An algorithm or curve that svcauth can name but does not use. */
  | { readonly kind: 'other'; readonly label: string };

/** The curves for which svcauth verifies signatures, by their NIST names. */
const CURVES = {
  'P-256': OID.prime256v1,
  'P-384': OID.secp384r1,
  'P-521': OID.secp521r1,
} as const;

export type CurveName = keyof typeof CURVES;

const CURVE_NAMES = Object.keys(CURVES) as readonly CurveName[];

/** Returns the curve that ECParameters name (RFC 5480 §2.1.1); undefined for other curves and for explicit parameters. */
export function namedCurve(parameters: Uint8Array | undefined): CurveName | undefined {
  if (parameters?.[0] !== TAG.oid) return undefined;
  const dotted = new DerReader(parameters).oid('the curve');
  return CURVE_NAMES.find(name => CURVES[name] === dotted);
}

/** Decodes a public key. Throws DerError if an RSA key is not an RSAPublicKey (RFC 8017 appendix A.1.1). */
export function decodePublicKey({ algorithm, bits }: PublicKeyInfo): PublicKey {
  switch (algorithm.oid) {
    case OID.ecPublicKey: {
      const curve = namedCurve(algorithm.parameters);
      return curve === undefined ? { kind: 'other', label: curveLabel(algorithm.parameters) } : { kind: 'ec', curve };
    }
    case OID.ed25519:
      return { kind: 'ed25519' };
    case OID.rsaEncryption:
      return decodeRsa(bits);
    default:
      return { kind: 'other', label: oidName(algorithm.oid) ?? algorithm.oid };
  }
}

function curveLabel(parameters: Uint8Array | undefined): string {
  if (parameters?.[0] !== TAG.oid) return 'an EC key without a named curve';
  const dotted = new DerReader(parameters).oid('the curve');
  return `EC on curve ${oidName(dotted) ?? dotted}`;
}

function decodeRsa(bits: Uint8Array): PublicKey {
  const outer = new DerReader(bits);
  const reader = outer.enter(TAG.sequence, 'an RSA public key');
  outer.finish('an RSA public key');
  const modulus = reader.bigInteger('the modulus');
  const exponent = reader.bigInteger('the public exponent');
  reader.finish('an RSA public key');
  if (modulus <= 0n || exponent <= 0n) throw new DerError('an RSA public key has a negative number', 0);
  return { kind: 'rsa', modulusBits: modulus.toString(2).length, modulus, exponent };
}

/** Returns the name of a key in text: `ECDSA P-256`, `RSA 2048`. */
export function publicKeyLabel(key: PublicKey): string {
  switch (key.kind) {
    case 'ec':
      return `ECDSA ${key.curve}`;
    case 'ed25519':
      return 'Ed25519';
    case 'rsa':
      return `RSA ${key.modulusBits}`;
    case 'other':
      return key.label;
  }
}

/** Returns the key algorithm of svcauth that a key belongs to; undefined for others, such as P-521 and RSA 1024. */
export function keyAlgorithmOf(key: PublicKey): KeyAlgorithm | undefined {
  const label = publicKeyLabel(key);
  return Object.values(KEY_ALGORITHMS).find(algorithm => algorithm.label === label);
}

/**
 * Returns the reason why svcauth must not certify a key, or undefined if it may. Every key from outside is checked, because with
 * a bad key a proof of possession proves nothing: a signature for an RSA key with e = 1 needs no private key.
 */
export function publicKeyProblem(info: PublicKeyInfo): string | undefined {
  const { parameters } = info.algorithm;
  const key = decodePublicKey(info);
  switch (key.kind) {
    case 'ec':
      // uncompressed (RFC 5480 §2.2): verifiers need not support compressed points
      if (info.bits[0] !== 4) return 'its point is not uncompressed';
      return opens(info) ? undefined : `its point is not on ${key.curve}`;
    case 'ed25519':
      if (parameters !== undefined) return 'its algorithm has parameters (RFC 8410 §3)';
      if (info.bits.length !== 32) return `it has ${info.bits.length} octets instead of 32`;
      return isSmallOrder(info.bits) ? 'it is a point of small order, so signatures can be forged' : undefined;
    case 'rsa':
      if (parameters === undefined || !equalBytes(parameters, DER_NULL))
        return 'its parameters are not NULL (RFC 3279 §2.3.1)';
      return rsaProblem(key);
    case 'other':
      return `${key.label} is not an algorithm svcauth certifies (it certifies ECDSA P-256, P-384, P-521, Ed25519 and RSA)`;
  }
}

/**
 * The accepted RSA lengths in bits, inclusive. Shorter keys can be forged; longer keys make signatures too slow. SP 800-131A §3.
 */
export const RSA_BITS = { least: 2048, most: 8192 };

function rsaProblem({ modulusBits, modulus, exponent }: Extract<PublicKey, { kind: 'rsa' }>): string | undefined {
  if (modulusBits < RSA_BITS.least) return `RSA ${modulusBits} is too short (at least ${RSA_BITS.least} bits)`;
  if (modulusBits > RSA_BITS.most) return `RSA ${modulusBits} is too long (at most ${RSA_BITS.most} bits)`;
  if (exponent !== 65537n) return `its public exponent is ${exponentText(exponent)} instead of 65537`;
  const factor = SMALL_PRIMES.find(prime => modulus % prime === 0n);
  return factor === undefined ? undefined : `its modulus is divisible by ${factor}`;
}

// a hostile number may have a million digits
const exponentText = (exponent: bigint): string => (exponent < 2n ** 64n ? String(exponent) : 'longer than 64 bits');

/** The primes below 752, by which CAs test a modulus (CA/Browser Forum Baseline Requirements §6.1.1.3). */
const SMALL_PRIMES: readonly bigint[] = Array.from({ length: 750 }, (_, i) => i + 2)
  .filter(n => !Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).some(d => n % d === 0))
  .map(BigInt);

/** The y coordinates of the points of order 1, 2, 4 and 8 on edwards25519, also as y + p: little-endian, sign bit cleared. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  `${'00'.repeat(32)}`,
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

function isSmallOrder(bits: Uint8Array): boolean {
  const y = Buffer.from(bits);
  y[31]! &= 0x7f;
  return SMALL_ORDER.has(y.toString('hex'));
}

/** Decides that OpenSSL accepts the key; for an EC key it checks that the point is on the curve. */
function opens({ der }: PublicKeyInfo): boolean {
  try {
    createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
