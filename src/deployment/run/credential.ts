import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Credential } from '../rules/output-content.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import { compareVersion, expectedCredential, isWhole, readVersion } from '../../store/files/service-files.ts';

/**
 * What lies in the version of a certificate: without its key when that never was here. Throws ERR_FILES_DAMAGED where it is not what
 * the manifest knows.
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

/** Every output holds the key. Throws ERR_OUTPUT_UNUSABLE where there is none. */
export function requireKey({ key, ...found }: ReturnType<typeof readCredential>, path: string): Credential {
  if (key !== undefined) return { ...found, key };
  throw failure('ERR_OUTPUT_UNUSABLE', { service: found.service, path, ...KEY_AWAY });
}

export const KEY_AWAY = {
  problem: 'it needs the private key, which is on another host',
  hint: 'create this file on that host, from tls.crt and the key',
};
