import { failure, SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { parsePrivateKey } from '../../pki/key/private-key.ts';
import { readKeyFile } from '../../store/files/key-file.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readInput } from '../../store/input/read-input.ts';
import { issuerOf, openKey, unlockAuthority } from '../../ca/run/unlock.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface RotationKeys {
  /** A key file for this run, of a CA whose key is offline. */
  readonly rootKey: string | undefined;
  readonly ask: AskPassphrase;
}

const LIMIT = 1024 * 1024;

/** Opens the key of a CA in the home, or the key file of this run. Throws ERR_ROTATION_KEY_NEEDED. */
export async function rotationIssuer(
  pki: Pki,
  authority: CertifiedAuthority,
  { rootKey, ask }: RotationKeys,
  step: string,
): Promise<Issuer> {
  const { id, tier, keyLocation } = authority;
  if (keyLocation === 'file') return unlockAuthority(pki, authority, ask);
  if (rootKey === undefined) throw failure('ERR_ROTATION_KEY_NEEDED', { id, step, tier, keyLocation });
  const what = `the key ${quote(rootKey)}`;
  const bytes = await readInput(pki.world, rootKey, 'the key', LIMIT);
  return issuerOf(authority, await openKey(bytes, what, ask), what, 'brought');
}

/**
 * Returns the passphrase of the keys of this home, for a new key. It is tested on an existing key, so a typing error cannot lock the new
 * one. Undefined where the keys are not encrypted.
 */
export async function homePassphrase(pki: Pki, ask: AskPassphrase): Promise<Uint8Array | undefined> {
  const here = pki.manifest.authorities().find(({ keyLocation, state }) => {
    return keyLocation === 'file' && state !== 'retired';
  });
  if (here === undefined) return undefined;
  const what = `the key of ${here.id}`;
  const bytes = readKeyFile(pki.world.files, pki.home, here.id);
  try {
    await parsePrivateKey(bytes, undefined, what);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof SvcauthError) || cause.code !== 'ERR_KEY_ENCRYPTED') throw cause;
  }
  const passphrase = await ask(what);
  await parsePrivateKey(bytes, passphrase, what);
  return passphrase;
}
