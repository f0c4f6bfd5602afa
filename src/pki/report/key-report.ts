// Describes a public or private key: algorithm, fingerprint, encryption, and any reason not to certify it.
// The reports of certificates, requests, PKCS#12 files and key files call it. It asks for no passphrase.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { DerError, DerReader } from '../der/reader.ts';
import { oidName } from '../oids.ts';
import { decodeEncryptedPrivateKey, decryptPrivateKey } from '../key/encryption.ts';
import type { Encryption } from '../key/pbes2.ts';
import { decodePrivateKeyInfo, type PrivateKeyForm } from '../key/private-key-info.ts';
import { decodePublicKeyInfo, type PublicKeyInfo } from '../key/public-key-info.ts';
import { decodePublicKey, publicKeyLabel, publicKeyProblem } from '../key/public-key.ts';

export interface PublicKeyReport {
  /** The name in text: `ECDSA P-256`. */
  readonly algorithm: string;
  /**
   * The SHA-256 of the SubjectPublicKeyInfo, equal for the same key in a certificate, a request or a key file. Absent for a
   * private key if its public half cannot be computed.
   */
  readonly sha256?: Uint8Array;
  /** The reason why svcauth would not certify it. */
  readonly problem?: string;
}

export function reportPublicKey(info: PublicKeyInfo): PublicKeyReport {
  const sha256 = new Uint8Array(createHash('sha256').update(info.der).digest());
  try {
    const problem = publicKeyProblem(info);
    return { algorithm: publicKeyLabel(decodePublicKey(info)), sha256, ...(problem !== undefined && { problem }) };
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return { algorithm: oidName(info.algorithm.oid) ?? info.algorithm.oid, sha256, problem: cause.message };
  }
}

/** The description of a private key, without any of its secret bytes. */
export interface PrivateKeyReport {
  readonly form: PrivateKeyForm;
  /** Absent if the key is not encrypted. */
  readonly encryption?: EncryptionReport;
  /** Absent if the key was not decrypted. */
  readonly publicKey?: PublicKeyReport;
}

export interface EncryptionReport {
  readonly scheme: string;
  readonly cipher?: string;
  readonly kdf?: string;
  readonly iterations?: number;
}

export function reportEncryption(encryption: Encryption): EncryptionReport {
  if (encryption.scheme === 'foreign') return { scheme: encryption.label };
  const { cipher, digest, iterations } = encryption;
  return {
    scheme: 'PBES2',
    cipher: cipher.toUpperCase(),
    kdf: `PBKDF2 with HMAC-${digest.toUpperCase().replace('SHA', 'SHA-')}`,
    iterations: Number(iterations),
  };
}

/** Describes a private key. Throws DerError, and with a passphrase the errors of `decryptPrivateKey`. */
export async function reportPrivateKey(
  der: Uint8Array,
  form: PrivateKeyForm,
  passphrase: Uint8Array | undefined,
  what: string,
): Promise<PrivateKeyReport> {
  if (form !== 'encrypted PKCS#8') return { form, publicKey: publicHalf(der, form) };
  const encryption = reportEncryption(decodeEncryptedPrivateKey(der).encryption);
  if (passphrase === undefined) return { form, encryption };
  return { form, encryption, publicKey: reportPkcs8(await decryptPrivateKey(der, passphrase, what)) };
}

/** Describes the public half of an unencrypted PKCS#8 key. Throws DerError. */
export const reportPkcs8 = (pkcs8: Uint8Array): PublicKeyReport => publicHalf(pkcs8, 'PKCS#8');

const NODE_TYPES = { 'PKCS#8': 'pkcs8', SEC1: 'sec1', 'PKCS#1': 'pkcs1' } as const;

function publicHalf(der: Uint8Array, form: keyof typeof NODE_TYPES): PublicKeyReport {
  const { oid } = decodePrivateKeyInfo(der, form);
  const spki = spkiOf(der, NODE_TYPES[form]);
  if (spki === undefined) return { algorithm: oidName(oid) ?? oid, problem: 'OpenSSL cannot read it' };
  return reportPublicKey(decodePublicKeyInfo(new DerReader(spki)));
}

function spkiOf(der: Uint8Array, type: 'pkcs8' | 'sec1' | 'pkcs1'): Uint8Array | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type });
    return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  } catch {
    return undefined;
  }
}
