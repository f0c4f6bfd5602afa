// Encrypts a private key for a file and decrypts it again with its passphrase; `pbes2.ts` supplies the cipher.
// Key files, PKCS#12 files and `inspect` use it. It asks for no passphrase and makes no random bytes: both are arguments.
import { failure } from '../../errors/error.ts';
import { decodeAlgorithmIdentifier } from './algorithm-identifier.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { octetString, sequence, TAG } from '../der/writer.ts';
import { decodeEncryption, decryptPbes2, encryptPbes2, type Encryption } from './pbes2.ts';

/** EncryptedPrivateKeyInfo (RFC 5958 §3): a PKCS#8 key encrypted with a passphrase. */
export interface EncryptedPrivateKey {
  readonly encryption: Encryption;
  readonly ciphertext: Uint8Array;
}

/** Decodes an EncryptedPrivateKeyInfo without decrypting it. Throws DerError. */
export function decodeEncryptedPrivateKey(der: Uint8Array): EncryptedPrivateKey {
  const outer = new DerReader(der);
  const reader = outer.enter(TAG.sequence, 'an encrypted key');
  outer.finish('an encrypted key');
  const encryption = decodeEncryption(decodeAlgorithmIdentifier(reader, 'the encryption algorithm'));
  const ciphertext = reader.content(TAG.octetString, 'the encrypted data');
  reader.finish('an encrypted key');
  return { encryption, ciphertext };
}

/** Encrypts a PKCS#8 key for a file. `random` is PBES2_RANDOM_LENGTH fresh random bytes. The passphrase is used byte for byte. */
export async function encryptPrivateKey(
  pkcs8: Uint8Array,
  passphrase: Uint8Array,
  random: Uint8Array,
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encryptPbes2(pkcs8, passphrase, random);
  return sequence(algorithm, octetString(ciphertext));
}

/**
 * Decrypts an EncryptedPrivateKeyInfo to its PKCS#8 key. `what` names the key in messages. Throws ERR_PASSPHRASE_WRONG,
 * ERR_KEY_ENCRYPTION (an unsupported scheme), ERR_KEY_ITERATIONS and ERR_KEY_FORMAT.
 */
export async function decryptPrivateKey(
  der: Uint8Array,
  passphrase: Uint8Array,
  what = 'the private key',
): Promise<Uint8Array> {
  const { encryption, ciphertext } = readable(der, what);
  if (encryption.scheme === 'foreign') throw failure('ERR_KEY_ENCRYPTION', { what, scheme: encryption.label });
  const pkcs8 = await decryptPbes2(encryption, passphrase, ciphertext, what);
  // one wrong passphrase in 256 produces valid padding, but not a PrivateKeyInfo
  if (pkcs8 === undefined || !looksLikePrivateKey(pkcs8)) throw failure('ERR_PASSPHRASE_WRONG', { what });
  return pkcs8;
}

function readable(der: Uint8Array, what: string): EncryptedPrivateKey {
  try {
    return decodeEncryptedPrivateKey(der);
  } catch (cause) {
    if (cause instanceof DerError) throw failure('ERR_KEY_FORMAT', { what, reason: cause.message }, cause);
    throw cause;
  }
}

/** Recognises the beginning of a PrivateKeyInfo: one SEQUENCE that begins with a version. */
function looksLikePrivateKey(pkcs8: Uint8Array): boolean {
  try {
    const outer = new DerReader(pkcs8);
    const reader = outer.enter(TAG.sequence, 'a private key');
    outer.finish('a private key');
    return reader.smallInteger('version') <= 1;
  } catch {
    return false;
  }
}
