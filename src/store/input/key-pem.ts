import type { World } from '../../world/world.ts';
import { encryptPrivateKey } from '../../pki/key/encryption.ts';
import { PBES2_RANDOM_LENGTH } from '../../pki/key/pbes2.ts';
import { encodePem } from '../../pki/pem.ts';

/** Encodes a CA key as PEM for its file; encrypts it only with a passphrase. */
export async function encodeKeyPem(
  pkcs8: Uint8Array,
  passphrase: Uint8Array | undefined,
  random: World['random'],
): Promise<string> {
  if (passphrase === undefined) return encodePem('PRIVATE KEY', pkcs8);
  return encodePem('ENCRYPTED PRIVATE KEY', await encryptPrivateKey(pkcs8, passphrase, random(PBES2_RANDOM_LENGTH)));
}
