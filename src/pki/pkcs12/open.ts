// Verifies the MAC of a PKCS#12 file and decrypts its contents. It supports current algorithms and the Triple DES of older files.
// `inspect` shows the result; `deployment` compares an output with it. It does not check the certificates and keys inside.
import { createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { failure } from '../../errors/error.ts';
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { equalBytes } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { decodeEncryptedPrivateKey } from '../key/encryption.ts';
import { OID, oidName } from '../oids.ts';
import {
  cappedIterations,
  decodeIterations,
  decodePbkdf2Parameters,
  decryptBlocks,
  decryptPbes2,
  HMAC_DIGESTS,
  type Encryption,
} from '../key/pbes2.ts';
import { bmpPassword, derivePkcs12Key, type Pkcs12Digest } from './kdf.ts';
import { decodeBags, decodePfx, type Bag, type MacParameters, type Safe } from './pkcs12.ts';

/** The contents of a PKCS#12 file, as far as they could be decrypted. */
export interface OpenedPkcs12 {
  readonly mac: { readonly label: string; readonly iterations: bigint; readonly verified: boolean } | undefined;
  readonly certificates: readonly Packed<{ readonly der: Uint8Array }>[];
  readonly keys: readonly Packed<PackedKey>[];
  /** The types of other bags, whose content is not shown. */
  readonly others: readonly string[];
  /** The encryption of each part that was not decrypted, without a passphrase or with an unsupported scheme. */
  readonly closed: readonly string[];
}

type Packed<T> = T & Pick<Bag, 'friendlyName' | 'localKeyId'>;

interface PackedKey {
  /** Absent if the key was not encrypted. */
  readonly encryption: Encryption | undefined;
  /** Absent if the key was not decrypted. */
  readonly pkcs8: Uint8Array | undefined;
}

/** The most rounds of our own key derivation. It is JavaScript, and these take half a second. */
const KDF_CAP = 500_000;

/**
 * Opens a PKCS#12 file. Without a passphrase, it returns only the parts that are not encrypted. Throws ERR_PKCS12,
 * ERR_PASSPHRASE_WRONG and ERR_KEY_ITERATIONS.
 */
export async function openPkcs12(
  der: Uint8Array,
  passphrase: Uint8Array | undefined,
  what = 'the PKCS#12 file',
): Promise<OpenedPkcs12> {
  try {
    return await open(der, passphrase, what);
  } catch (cause) {
    if (cause instanceof DerError) throw failure('ERR_PKCS12', { what, reason: cause.message }, cause);
    throw cause;
  }
}

async function open(der: Uint8Array, passphrase: Uint8Array | undefined, what: string): Promise<OpenedPkcs12> {
  const { mac, authenticatedSafe, safes } = decodePfx(der);
  const lock = passphrase === undefined ? undefined : { passphrase, bmp: bmpPassword(passphrase), what };
  const scheme = mac && macScheme(mac.algorithm);
  const verified = mac !== undefined && scheme !== undefined && lock !== undefined;
  if (verified && !(await macMatches(mac, scheme, authenticatedSafe, lock))) {
    throw failure('ERR_PASSPHRASE_WRONG', { what });
  }
  const bags: Bag[] = [];
  const closed: string[] = [];
  for (const safe of safes) {
    const contents = await openSafe(safe, lock);
    if (contents === undefined) closed.push(safeLabel(safe));
    else bags.push(...decodeBags(contents));
  }
  return {
    mac: mac && { label: macLabel(mac.algorithm, scheme), iterations: macIterations(mac, scheme), verified },
    certificates: bags.filter(({ type }) => type === OID.certBag).map(bag => ({ ...packed(bag), der: bag.value })),
    keys: await Promise.all(bags.filter(({ type }) => KEY_BAGS.includes(type)).map(bag => openKeyBag(bag, lock))),
    others: bags.filter(({ type }) => ![...KEY_BAGS, OID.certBag].includes(type)).map(({ type }) => nameOf(type)),
    closed,
  };
}

const KEY_BAGS: readonly string[] = [OID.keyBag, OID.pkcs8ShroudedKeyBag];
const nameOf = (dotted: string): string => oidName(dotted) ?? dotted;
const packed = ({ friendlyName, localKeyId }: Bag) => ({ friendlyName, localKeyId });

interface Lock {
  readonly passphrase: Uint8Array;
  /** The passphrase for the key derivation of PKCS#12. */
  readonly bmp: Uint8Array;
  readonly what: string;
}

const DIGESTS: Readonly<Record<string, Pkcs12Digest>> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};

/** The way to derive the MAC key and compute the MAC: RFC 7292, or PBMAC1 (RFC 9879). */
type MacScheme =
  | { readonly kind: 'pkcs12'; readonly digest: Pkcs12Digest }
  | { readonly kind: 'pbmac1'; readonly digest: Pkcs12Digest; readonly kdf: ReturnType<typeof decodePbkdf2Parameters> };

/** Reads the MAC scheme; undefined if svcauth cannot verify it. */
function macScheme({ oid, parameters }: AlgorithmIdentifier): MacScheme | undefined {
  const digest = DIGESTS[oid];
  if (digest !== undefined) return { kind: 'pkcs12', digest };
  if (oid !== OID.pbmac1) return undefined;
  const reader = new DerReader(parameters ?? new Uint8Array()).enter(TAG.sequence, 'the PBMAC1 parameters');
  const derivation = decodeAlgorithmIdentifier(reader, 'the key derivation');
  const hmac = HMAC_DIGESTS[decodeAlgorithmIdentifier(reader, 'the MAC scheme').oid];
  reader.finish('the PBMAC1 parameters');
  if (derivation.oid !== OID.pbkdf2 || hmac === undefined) return undefined;
  return { kind: 'pbmac1', digest: hmac, kdf: decodePbkdf2Parameters(derivation) };
}

function macLabel({ oid }: AlgorithmIdentifier, scheme: MacScheme | undefined): string {
  if (scheme === undefined) return nameOf(oid);
  const hmac = `HMAC-${scheme.digest.toUpperCase().replace('SHA', 'SHA-')}`;
  return scheme.kind === 'pbmac1' ? `PBMAC1 with ${hmac}` : hmac;
}

const macIterations = (mac: MacParameters, scheme: MacScheme | undefined): bigint =>
  scheme?.kind === 'pbmac1' ? scheme.kdf.iterations : mac.iterations;

const deriveKey = promisify(pbkdf2);

async function macMatches(mac: MacParameters, scheme: MacScheme, content: Uint8Array, lock: Lock): Promise<boolean> {
  const key = await macKey(mac, scheme, lock);
  return equalBytes(createHmac(scheme.digest, key).update(content).digest(), mac.digest);
}

async function macKey(mac: MacParameters, scheme: MacScheme, { passphrase, bmp, what }: Lock): Promise<Uint8Array> {
  if (scheme.kind === 'pkcs12') {
    const rounds = cappedIterations(mac.iterations, what, KDF_CAP);
    return derivePkcs12Key('mac', scheme.digest, bmp, mac.salt, rounds, DIGEST_LENGTH[scheme.digest]);
  }
  const { salt, iterations, keyLength, prf } = scheme.kdf;
  const digest = HMAC_DIGESTS[prf];
  // the key length is required (RFC 9879 §4), and a key of HMAC is not longer than its block
  if (keyLength === undefined || keyLength > 128) throw new DerError('PBMAC1 has no valid key length', 0);
  if (digest === undefined) throw new DerError(`PBMAC1 with ${nameOf(prf)}`, 0);
  return deriveKey(passphrase, salt, cappedIterations(iterations, what), keyLength, digest);
}

const DIGEST_LENGTH: Readonly<Record<Pkcs12Digest, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** Returns the contents of a safe; undefined if they cannot be decrypted. */
async function openSafe(safe: Safe, lock: Lock | undefined): Promise<Uint8Array | undefined> {
  switch (safe.kind) {
    case 'plain':
      return safe.contents;
    case 'foreign':
      return undefined;
    case 'encrypted':
      return lock && decrypt(safe.encryption, safe.ciphertext, lock);
  }
}

function safeLabel(safe: Safe): string {
  if (safe.kind === 'encrypted') return safe.encryption.scheme === 'PBES2' ? 'PBES2' : safe.encryption.label;
  return safe.kind === 'foreign' ? safe.label : '';
}

async function openKeyBag(bag: Bag, lock: Lock | undefined): Promise<Packed<PackedKey>> {
  if (bag.type === OID.keyBag) return { ...packed(bag), encryption: undefined, pkcs8: bag.value };
  const { encryption, ciphertext } = decodeEncryptedPrivateKey(bag.value);
  return { ...packed(bag), encryption, pkcs8: lock && (await decrypt(encryption, ciphertext, lock)) };
}

/** Decrypts; undefined for an unsupported scheme. Throws ERR_PASSPHRASE_WRONG if the padding is wrong. */
async function decrypt(encryption: Encryption, ciphertext: Uint8Array, lock: Lock): Promise<Uint8Array | undefined> {
  if (encryption.scheme === 'foreign' && encryption.oid !== OID.pbeWithSHAAnd3KeyTripleDES) return undefined;
  const plaintext =
    encryption.scheme === 'PBES2'
      ? await decryptPbes2(encryption, lock.passphrase, ciphertext, lock.what)
      : decryptTripleDes(encryption.parameters, ciphertext, lock);
  if (plaintext === undefined) throw failure('ERR_PASSPHRASE_WRONG', { what: lock.what });
  return plaintext;
}

/** Decrypts pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C), which programs used before PBES2. */
function decryptTripleDes(parameters: Uint8Array | undefined, ciphertext: Uint8Array, { bmp, what }: Lock) {
  const reader = new DerReader(parameters ?? new Uint8Array()).enter(TAG.sequence, 'the PBE parameters');
  const salt = reader.content(TAG.octetString, 'the salt');
  const rounds = cappedIterations(decodeIterations(reader), what, KDF_CAP);
  reader.finish('the PBE parameters');
  const key = derivePkcs12Key('encryption', 'sha1', bmp, salt, rounds, 24);
  const iv = derivePkcs12Key('iv', 'sha1', bmp, salt, rounds, 8);
  return decryptBlocks('des-ede3-cbc', key, iv, ciphertext);
}
