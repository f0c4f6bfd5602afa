// Reads the encryption of private keys and PKCS#12 files, decrypts PBES2, and encrypts with fixed parameters.
// `encryption.ts`, the files of `pkcs12/` and the key reports call it. It makes no random bytes.
// It refuses an iteration count above the cap before it derives a key.
import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { failure } from '../../errors/error.ts';
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.ts';
import { concatBytes, toHex } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { DER_NULL, integer, octetString, oid, sequence, TAG } from '../der/writer.ts';
import { OID, oidName } from '../oids.ts';

/** Password-based encryption scheme 2 (RFC 8018 §6.2) with PBKDF2 and AES-CBC, which all current programs can read. */
export interface Pbes2 {
  readonly scheme: 'PBES2';
  readonly digest: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly salt: Uint8Array;
  /** As in the file, not yet checked against the cap. */
  readonly iterations: bigint;
  readonly cipher: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc';
  readonly iv: Uint8Array;
}

/** A scheme that svcauth can name but not decrypt. */
interface ForeignEncryption {
  readonly scheme: 'foreign';
  /** Dotted decimal of the scheme. */
  readonly oid: string;
  /** The name in text: `PBES2 with scrypt`, `pbeWithMD5AndDES`. */
  readonly label: string;
  readonly parameters: Uint8Array | undefined;
}

export type Encryption = Pbes2 | ForeignEncryption;

/** The most iterations accepted from a file; more would take several seconds. */
export const ITERATION_CAP = 10_000_000;

/** 16 bytes each for the salt (RFC 8018 §4.1 asks for at least 8) and the CBC initialisation vector. */
export const PBES2_RANDOM_LENGTH = 32;

// about 130 ms on one core; OpenSSL, Java and Node read PBKDF2, but not all of them read scrypt
const ITERATIONS = 600_000;

/** The digest of each HMAC, by the OID of the HMAC. */
export const HMAC_DIGESTS: Readonly<Record<string, Pbes2['digest']>> = {
  [OID.hmacWithSHA1]: 'sha1',
  [OID.hmacWithSHA256]: 'sha256',
  [OID.hmacWithSHA384]: 'sha384',
  [OID.hmacWithSHA512]: 'sha512',
};

const CIPHERS: Readonly<Record<string, Pbes2['cipher']>> = {
  [OID.aes128Cbc]: 'aes-128-cbc',
  [OID.aes192Cbc]: 'aes-192-cbc',
  [OID.aes256Cbc]: 'aes-256-cbc',
};

const KEY_LENGTH: Readonly<Record<Pbes2['cipher'], number>> = {
  'aes-128-cbc': 16,
  'aes-192-cbc': 24,
  'aes-256-cbc': 32,
};

/** Reads an encryption algorithm. Throws DerError if the parameters of PBES2 do not follow RFC 8018 appendix A. */
export function decodeEncryption(algorithm: AlgorithmIdentifier): Encryption {
  const foreign = (label: string): ForeignEncryption => ({ scheme: 'foreign', label, ...algorithm });
  if (algorithm.oid !== OID.pbes2) return foreign(nameOf(algorithm.oid));
  const [keyDerivation, cipherAlgorithm] = decodePbes2Algorithms(algorithm);
  if (keyDerivation.oid !== OID.pbkdf2) return foreign(`PBES2 with ${nameOf(keyDerivation.oid)}`);
  const cipher = CIPHERS[cipherAlgorithm.oid];
  if (cipher === undefined) return foreign(`PBES2 with ${nameOf(cipherAlgorithm.oid)}`);
  const { salt, iterations, keyLength, prf } = decodePbkdf2Parameters(keyDerivation);
  const digest = HMAC_DIGESTS[prf];
  if (digest === undefined) return foreign(`PBES2 with PBKDF2 and ${nameOf(prf)}`);
  if (keyLength !== undefined && keyLength !== KEY_LENGTH[cipher]) {
    throw new DerError(`a key length of ${keyLength} octets does not fit ${cipher}`, 0);
  }
  const iv = new DerReader(cipherAlgorithm.parameters ?? new Uint8Array()).content(TAG.octetString, 'the CBC vector');
  if (iv.length !== 16) throw new DerError(`the CBC vector has ${iv.length} octets instead of 16`, 0);
  return { scheme: 'PBES2', digest, salt, iterations, cipher, iv };
}

const nameOf = (dotted: string): string => oidName(dotted) ?? dotted;

/** Reads PBES2-params (RFC 8018 appendix A.4): the key derivation and the cipher. */
function decodePbes2Algorithms({ parameters }: AlgorithmIdentifier): [AlgorithmIdentifier, AlgorithmIdentifier] {
  const reader = new DerReader(parameters ?? new Uint8Array()).enter(TAG.sequence, 'the PBES2 parameters');
  const keyDerivation = decodeAlgorithmIdentifier(reader, 'the key derivation');
  const cipher = decodeAlgorithmIdentifier(reader, 'the cipher');
  reader.finish('the PBES2 parameters');
  return [keyDerivation, cipher];
}

/** Reads PBKDF2-params (RFC 8018 appendix A.2); an absent prf is HMAC with SHA-1. */
export function decodePbkdf2Parameters({ parameters }: AlgorithmIdentifier): {
  readonly salt: Uint8Array;
  readonly iterations: bigint;
  readonly keyLength: number | undefined;
  readonly prf: string;
} {
  const reader = new DerReader(parameters ?? new Uint8Array()).enter(TAG.sequence, 'the PBKDF2 parameters');
  const salt = reader.content(TAG.octetString, 'the salt');
  const iterations = decodeIterations(reader);
  const keyLength = reader.peek() === TAG.integer ? reader.smallInteger('the key length') : undefined;
  const prf = reader.done ? OID.hmacWithSHA1 : decodeAlgorithmIdentifier(reader, 'the prf').oid;
  reader.finish('the PBKDF2 parameters');
  return { salt, iterations, keyLength, prf };
}

/** Reads an iteration count of at least 1 that fits in 63 bits. `cappedIterations` checks the limit before use. */
export function decodeIterations(reader: DerReader): bigint {
  const at = reader.position;
  const content = reader.integerBytes('the iteration count');
  const isSmall = content.length <= 8 && content[0]! < 0x80;
  const iterations = isSmall ? BigInt(`0x${toHex(content)}`) : 0n;
  if (iterations < 1n) throw new DerError('the iteration count is below 1 or above 63 bits', at);
  return iterations;
}

/** Checks an iteration count against the cap; returns it as a number. `what` names the encrypted object in messages. */
export function cappedIterations(iterations: bigint, what: string, cap = ITERATION_CAP): number {
  if (iterations > cap) throw failure('ERR_KEY_ITERATIONS', { what, iterations, cap });
  return Number(iterations);
}

// runs in the thread pool, so two keys are unlocked in parallel
const deriveKey = promisify(pbkdf2);

/** Decrypts a ciphertext; undefined if the padding is wrong, because of another passphrase or damaged bytes. */
export async function decryptPbes2(
  { digest, salt, iterations, cipher, iv }: Pbes2,
  passphrase: Uint8Array,
  ciphertext: Uint8Array,
  what: string,
): Promise<Uint8Array | undefined> {
  const key = await deriveKey(passphrase, salt, cappedIterations(iterations, what), KEY_LENGTH[cipher], digest);
  return decryptBlocks(cipher, key, iv, ciphertext);
}

/** Decrypts CBC with PKCS#7 padding (RFC 8018 §6.1.1); undefined if the padding is wrong. */
export function decryptBlocks(
  cipher: Pbes2['cipher'] | 'des-ede3-cbc',
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const decipher = createDecipheriv(cipher, key, iv);
  try {
    return concatBytes([decipher.update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Encrypts with PBKDF2-HMAC-SHA256 (600,000 iterations) and AES-256-CBC. `random` is PBES2_RANDOM_LENGTH fresh random bytes. */
export async function encryptPbes2(
  plaintext: Uint8Array,
  passphrase: Uint8Array,
  random: Uint8Array,
): Promise<{ readonly algorithm: Uint8Array; readonly ciphertext: Uint8Array }> {
  if (random.length !== PBES2_RANDOM_LENGTH) throw new RangeError(`PBES2 takes ${PBES2_RANDOM_LENGTH} random octets`);
  const salt = random.subarray(0, 16);
  const iv = random.subarray(16);
  const key = await deriveKey(passphrase, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const ciphertext = concatBytes([cipher.update(plaintext), cipher.final()]);
  const prf = sequence(oid(OID.hmacWithSHA256), DER_NULL);
  const keyDerivation = sequence(oid(OID.pbkdf2), sequence(octetString(salt), integer(ITERATIONS), prf));
  const encryption = sequence(oid(OID.aes256Cbc), octetString(iv));
  return { algorithm: sequence(oid(OID.pbes2), sequence(keyDerivation, encryption)), ciphertext };
}
