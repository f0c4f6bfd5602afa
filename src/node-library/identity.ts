import { createPrivateKey, createPublicKey } from 'node:crypto';
import { equalBytes } from '../pki/bytes.ts';
import { DerError } from '../pki/der/reader.ts';
import { readPathCertificate, type PathCertificate } from '../pki/path/path-certificate.ts';
import { decodePem, PemError } from '../pki/pem.ts';
import { isProblem, problem, type Problem } from './problem.ts';
import { readText, type WatchedFiles } from './watched-files.ts';

/** The service's own certificate, its chain and its key. */
export interface Identity {
  readonly file: string;
  readonly leaf: PathCertificate;
  readonly chain: readonly PathCertificate[];
  /** The content of the files. */
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Reads certificate and key, and checks that they match. It does not validate the path. */
export async function readIdentity({ certificate, key }: WatchedFiles): Promise<Identity | Problem> {
  const [certificatePem, keyPem] = await Promise.all([readText(certificate), readText(key)]);
  if (typeof certificatePem !== 'string') return certificatePem;
  if (typeof keyPem !== 'string') return keyPem;
  const certificates = readCertificates(certificate, certificatePem);
  if (isProblem(certificates)) return certificates;
  const [leaf, ...chain] = certificates;
  const publicKey = publicKeyOf(keyPem);
  if (publicKey === undefined) return problem('malformed', key, 'it holds no readable private key');
  if (!equalBytes(publicKey, leaf.tbs.publicKey.der)) {
    return problem('key-mismatch', key, `the key does not match the certificate in ${certificate}`);
  }
  return { file: certificate, leaf, chain, certificatePem, keyPem };
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

/** Compares two identities byte for byte. */
export const isSameIdentity = (a: Identity, b: Identity): boolean =>
  a.certificatePem === b.certificatePem && a.keyPem === b.keyPem;

function publicKeyOf(keyPem: string): Uint8Array | undefined {
  try {
    return createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
