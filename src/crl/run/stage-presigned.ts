import { createHash } from 'node:crypto';
import { failure } from '../../errors/error.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlOwnerProblem } from '../rules/verdict.ts';
import type { Crl, PresignedCrl } from '../../record/crl.ts';
import { checkCrlValues } from '../../pki/crl/values.ts';
import { DerError } from '../../pki/der/reader.ts';
import { decodeCrl } from '../../pki/crl/parsed.ts';
import { startPem } from '../../pki/pem-stream.ts';
import type { CrlPki } from './states.ts';
import { type MadeCrl } from './make.ts';
import { PUBLIC_FILE } from '../../store/home.ts';

/** Verifies a presigned CRL again and writes it to durable files with temporary names. */
export async function stagePresigned(
  { world: { files }, home, manifest }: CrlPki,
  authority: CertifiedAuthority,
  wanted: Crl,
): Promise<MadeCrl> {
  const presigned = manifest.presignedCrl(authority.id, wanted.number);
  const problem = presigned === undefined ? 'it is no longer in the manifest' : problemOf(presigned, authority);
  if (presigned === undefined || problem !== undefined) {
    throw failure('ERR_CRL_REREAD', { authority: authority.id, problem: problem ?? '' });
  }
  const { der: bytes, ...crl } = presigned;
  const der = files.stage(home.public.crlDer(authority.id), PUBLIC_FILE);
  const pem = files.stage(home.public.crlPem(authority.id), PUBLIC_FILE);
  try {
    der.write(bytes);
    const text = startPem('X509 CRL', line => pem.write(line));
    text.push(bytes);
    text.finish();
    await Promise.all([der.seal(), pem.seal()]);
    return { crl, der, pem };
  } catch (cause) {
    der.discard();
    pem.discard();
    throw cause;
  }
}

function problemOf({ der, sha256 }: PresignedCrl, authority: CertifiedAuthority): string | undefined {
  if (createHash('sha256').update(der).digest('hex') !== sha256)
    return 'its bytes in the manifest do not match their SHA-256';
  try {
    const crl = decodeCrl(der);
    checkCrlValues(crl);
    return crlOwnerProblem(crl, authority);
  } catch (cause) {
    if (cause instanceof DerError) return cause.message;
    throw cause;
  }
}
