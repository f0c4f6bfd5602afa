// Reads the service's own certificate, its chain and its key.
// `look.ts` asks at every look; `settle.ts` decides whether they come into force. A fault in a file is returned, not thrown.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { equalBytes } from '../pki/bytes.ts';
import { svidVerdict } from '../pki/certificate/svid.ts';
import { DerError } from '../pki/der/reader.ts';
import { readPathCertificate, type PathCertificate } from '../pki/path/path-certificate.ts';
import { decodePem, PemError } from '../pki/pem.ts';
import { isProblem, problem, type Problem } from './problem.ts';
import type { FollowedFiles } from './followed-files.ts';
import type { SpiffeIdText } from './types.ts';

/** The service's own certificate, its chain and its key. */
export interface Identity {
  readonly file: string;
  /** Undefined if the certificate is not an X509-SVID. */
  readonly id: SpiffeIdText | undefined;
  readonly leaf: PathCertificate;
  readonly chain: readonly PathCertificate[];
  /** The content of the files. */
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Reads certificate and key of the newest version, and checks that they match. It does not validate the path. */
export async function readIdentity(
  files: FollowedFiles,
  dir: string,
  before: Identity | undefined,
): Promise<Identity | Problem> {
  for (let attempt = 1; ; attempt++) {
    const version = await files.versionDirectory(dir);
    const identity = await readVersion(files, version, before);
    // a deployment may remove the version while it is read, or replace both files one after the other
    const isSettled = !isProblem(identity) || (await files.versionDirectory(dir)) === version;
    if (isSettled || attempt === ATTEMPTS) return identity;
  }
}

const ATTEMPTS = 3;

async function readVersion(
  files: FollowedFiles,
  version: string,
  before: Identity | undefined,
): Promise<Identity | Problem> {
  const [certificate, key] = [join(version, 'tls.crt'), join(version, 'tls.key')];
  const certificatePem = await files.read(certificate, textOf);
  if (isProblem(certificatePem)) return certificatePem;
  const keyPem = await files.read(key, textOf);
  if (isProblem(keyPem)) return keyPem;
  if (before?.certificatePem === certificatePem.text && before.keyPem === keyPem.text) return before;
  return makeIdentity({ certificate, certificatePem: certificatePem.text, key, keyPem: keyPem.text });
}

const textOf = (bytes: Buffer) => Promise.resolve({ text: bytes.toString('latin1') });

interface IdentityFiles {
  readonly certificate: string;
  readonly certificatePem: string;
  readonly key: string;
  readonly keyPem: string;
}

function makeIdentity({ certificate, certificatePem, key, keyPem }: IdentityFiles): Identity | Problem {
  const certificates = readCertificates(certificate, certificatePem);
  if (isProblem(certificates)) return certificates;
  const [leaf, ...chain] = certificates;
  const publicKey = publicKeyOf(keyPem);
  if (publicKey === undefined) return problem('malformed', key, 'it holds no readable private key');
  if (!equalBytes(publicKey, leaf.tbs.publicKey.der)) {
    return problem('key-mismatch', key, `the key does not match the certificate in ${certificate}`);
  }
  const verdict = svidVerdict(leaf);
  const id = verdict.kind === 'svid' ? (verdict.id as SpiffeIdText) : undefined;
  return { file: certificate, id, leaf, chain, certificatePem, keyPem };
}

type Certificates = readonly [PathCertificate, ...PathCertificate[]];

/** Decodes every certificate of a PEM text, at least one. */
export function readCertificates(file: string, pem: string): Certificates | Problem {
  try {
    const blocks = decodePem(pem).filter(({ label }) => label === 'CERTIFICATE');
    const [first, ...others] = blocks.map(({ der }) => readPathCertificate(der));
    return first === undefined ? problem('malformed', file, 'it holds no certificate') : [first, ...others];
  } catch (error) {
    if (error instanceof PemError || error instanceof DerError) return problem('malformed', file, error.message);
    throw error;
  }
}

function publicKeyOf(keyPem: string): Uint8Array | undefined {
  try {
    return createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
