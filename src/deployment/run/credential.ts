import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Credential } from '../rules/output-content.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import { compareVersion, expectedCredential, isWhole, readVersion } from '../../store/files/service-files.ts';

/**
 * Reads the files of a certificate's version; without the key if the key was never on this host. Throws ERR_FILES_DAMAGED if they do
 * not match the manifest.
 */
export function readCredential(
  { files }: Pick<World, 'files'>,
  directory: string,
  { service, serial, der, keySource }: Certificate,
): Omit<Credential, 'key'> & Partial<Pick<Credential, 'key'>> {
  const damaged = (cause?: unknown) => failure('ERR_FILES_DAMAGED', { service, directory }, cause);
  if (der === undefined) throw damaged();
  const held = readVersion(files, directory, serial);
  const state = compareVersion(held, expectedCredential({ der, keySource }));
  if (!isWhole(state) || state.key !== 'right') throw damaged();
  const { keyPem, certificatePem, anchorsPem } = held;
  const certificates = ders(certificatePem!, damaged);
  const found = { service, certificatePem: certificatePem!, anchorsPem: anchorsPem!, certificates };
  return keySource === 'csr' ? found : { ...found, key: { pem: keyPem!, pkcs8: ders(keyPem!, damaged)[0]! } };
}

function ders(pem: Uint8Array, damaged: (cause: unknown) => Error): readonly Uint8Array[] {
  try {
    return decodePem(Buffer.from(pem).toString('latin1')).map(({ der }) => der);
  } catch (cause) {
    if (cause instanceof PemError) throw damaged(cause);
    throw cause;
  }
}

/** Requires the key, which every output holds. Throws ERR_OUTPUT_UNUSABLE if it is missing. */
export function requireKey({ key, ...found }: ReturnType<typeof readCredential>, path: string): Credential {
  if (key !== undefined) return { ...found, key };
  throw failure('ERR_OUTPUT_UNUSABLE', { service: found.service, path, ...KEY_AWAY });
}

export const KEY_AWAY = {
  problem: 'it needs the private key, which is on another host',
  hint: 'create this file on that host, from tls.crt and the key',
};
