import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Credential } from '../rules/output-content.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { mayBeKeyOf } from '../../pki/key/fit.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import { readVersion } from '../../store/files/service-files.ts';

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
  const version = readVersion(files, directory, serial);
  if (version === undefined || der === undefined) throw damaged();
  const { keyPem, certificatePem, anchorsPem } = version;
  const certificates = ders(certificatePem, damaged);
  if (certificates[0] === undefined || !equalBytes(certificates[0], der)) throw damaged();
  const found = { service, certificatePem, anchorsPem, certificates };
  if (keySource === 'csr') return found;
  if (keyPem === undefined || !mayBeKeyOf(keyPem, decodeCertificate(der).tbs.publicKey)) throw damaged();
  return { ...found, key: { pem: keyPem, pkcs8: ders(keyPem, damaged)[0]! } };
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
  problem: 'it would hold the private key, which is on its own host',
  hint: 'make it there, from tls.crt and that key',
};
