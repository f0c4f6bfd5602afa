// Reads the certificate, key and chain of a version directory, to write them into outputs of other formats.
// Deployment calls it. The key stays in memory and is written to no other place.
import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { OutputSpec } from '../../record/upkeep.ts';
import { TRUST_FILES, TRUST_OUTPUTS, type Credential } from '../rules/output-content.ts';
import type { Pki } from '../../store/open-pki.ts';
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

/** Completes the files for an output: the published ones, or the key. Throws ERR_OUTPUT_UNUSABLE if it needs a key that is away. */
export function contentFor(
  { world: { files }, home }: Pick<Pki, 'world' | 'home'>,
  output: Pick<OutputSpec, 'kind' | 'path'>,
  { key, ...found }: ReturnType<typeof readCredential>,
): Credential {
  if (TRUST_OUTPUTS.includes(output.kind)) {
    const published = TRUST_FILES.flatMap(name => {
      const bytes = files.read(join(home.public.directory, name), PUBLISHED_LIMIT);
      return bytes === undefined ? [] : [[name, bytes] as const];
    });
    const total = published.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    if (total > CONFIG_MAP_LIMIT) {
      const problem = `bundle and CRLs have ${total} bytes, and a ConfigMap holds at most ${CONFIG_MAP_LIMIT}`;
      throw failure('ERR_OUTPUT_UNUSABLE', { service: found.service, path: output.path, problem });
    }
    // it holds no key
    return { ...found, key: { pem: NOTHING, pkcs8: NOTHING }, published: new Map(published) };
  }
  if (key !== undefined) return { ...found, key };
  throw failure('ERR_OUTPUT_UNUSABLE', { service: found.service, path: output.path, ...KEY_AWAY });
}

const NOTHING = new Uint8Array();
const PUBLISHED_LIMIT = 64 * 1024 * 1024;

/** Limit of Kubernetes for all data of a ConfigMap, with room for its metadata. */
const CONFIG_MAP_LIMIT = 1_000_000;

export const KEY_AWAY = {
  problem: 'it needs the private key, which is on another host',
  hint: 'create this file on that host, from tls.crt and the key',
};
