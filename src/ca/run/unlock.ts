import { failure, SvcauthError } from '../../errors/error.ts';
import type { CertifiedAuthority } from '../rules/active-issuer.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { parsePrivateKey, type PrivateKey } from '../../pki/key/private-key.ts';
import { startSignature } from '../../pki/key/signature-stream.ts';
import { signerOf } from '../../pki/key/signature.ts';
import { readKeyFile } from '../../store/files/key-file.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

/** Opens the key file of a CA and returns the issuer. Throws ERR_KEY_AWAY, ERR_PASSPHRASE_*, ERR_KEY_MISMATCH and what is wrong with the file. */
export async function unlockAuthority(
  { world, home }: Pick<Pki, 'world' | 'home'>,
  authority: CertifiedAuthority,
  ask: AskPassphrase,
): Promise<Issuer> {
  const { id, keyLocation } = authority;
  if (keyLocation !== 'file') throw failure('ERR_KEY_AWAY', { id, keyLocation });
  const what = `the key of ${id}`;
  return issuerOf(authority, await openKey(readKeyFile(world.files, home, id), what, ask), what, 'home');
}

/** Joins a CA certificate and its key into an issuer. Throws ERR_KEY_MISMATCH, or ERR_KEY_UNSUITABLE for a key of the command line. */
export function issuerOf(
  authority: CertifiedAuthority,
  key: PrivateKey,
  what: string,
  from: 'home' | 'brought',
): Issuer {
  const certificate = decodeCertificate(authority.certificate.der);
  if (!equalBytes(certificate.tbs.publicKey.der, key.publicKeyInfo.der)) {
    if (from === 'home') throw failure('ERR_KEY_MISMATCH', { what, owner: authority.id });
    throw failure('ERR_KEY_UNSUITABLE', { what, reason: `it is not the key of ${authority.id}` });
  }
  return { ...issuerFactsOf(certificate, key.algorithm), ...signingWith(key) };
}

/** Parses a private key; asks for the passphrase only if the key is encrypted. */
export async function openKey(bytes: Uint8Array, what: string, ask: AskPassphrase): Promise<PrivateKey> {
  try {
    return await parsePrivateKey(bytes, undefined, what);
  } catch (cause) {
    if (!(cause instanceof SvcauthError) || cause.code !== 'ERR_KEY_ENCRYPTED') throw cause;
  }
  const passphrase = await ask(what);
  try {
    return await parsePrivateKey(bytes, passphrase, what);
  } finally {
    passphrase.fill(0);
  }
}

/** Returns the two ways in which a key signs. */
export function signingWith({ keyObject, algorithm }: PrivateKey): Pick<Issuer, 'sign' | 'startSignature'> {
  return { sign: signerOf(keyObject, algorithm), startSignature: () => startSignature(keyObject, algorithm) };
}
