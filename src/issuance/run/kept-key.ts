import { join } from 'node:path';
import { failure } from '../../errors/error.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { parsePrivateKey } from '../../pki/key/private-key.ts';
import type { KnownService } from '../../store/manifest/manifest.ts';
import { currentDirectory } from '../../store/files/service-files.ts';
import type { LeafKey } from '../rules/requested.ts';
import type { Pki } from '../../store/open-pki.ts';

const LIMIT = 1024 * 1024;

/**
 * Reads the current key of a service for its next certificate. Throws ERR_KEY_COMPROMISED if a certificate with that key was revoked
 * for keyCompromise, and ERR_KEY_LOST if the key is absent or does not match the certificate.
 */
export async function keptKey(
  { world, manifest }: Pki,
  { service, certificate }: KnownService,
  directory: string,
): Promise<LeafKey> {
  const { name } = service;
  const path = join(currentDirectory(directory), 'tls.key');
  const bytes = certificate?.der && world.files.read(path, LIMIT);
  if (bytes === undefined || certificate?.der === undefined) throw failure('ERR_KEY_LOST', { service: name, path });
  const key = await parsePrivateKey(bytes, undefined, `the key of "${name}"`);
  bytes.fill(0);
  const { der: publicKey, bits: publicKeyBits } = key.publicKeyInfo;
  const isOf = (der: Uint8Array): boolean => equalBytes(decodeCertificate(der).tbs.publicKey.der, publicKey);
  if (!isOf(certificate.der)) throw failure('ERR_KEY_LOST', { service: name, path });
  const compromised = manifest
    .certificatesOfService(name)
    .find(
      ({ state, serial, der }) =>
        state === 'revoked' && manifest.revocation(serial)?.reason === 'keyCompromise' && der && isOf(der),
    );
  if (compromised) throw failure('ERR_KEY_COMPROMISED', { service: name, serial: compromised.serial });
  return { source: 'file', publicKey, publicKeyBits, pkcs8: key.pkcs8 };
}
