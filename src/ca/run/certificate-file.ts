import { isCertified, type CertifiedAuthority } from '../rules/active-issuer.ts';
import { SvcauthError } from '../../errors/error.ts';
import { equalBytes, utf8 } from '../../pki/bytes.ts';
import { encodePem } from '../../pki/pem.ts';
import { PRIVATE_DIRECTORY } from '../../store/home.ts';
import type { Pki } from '../../store/open-pki.ts';

const LIMIT = 1024 * 1024;

/** Lists the CAs whose ca.crt in the home is not the certificate of the manifest. */
export const wrongCertificateFiles = (pki: Pick<Pki, 'world' | 'home' | 'manifest'>): readonly CertifiedAuthority[] =>
  pki.manifest
    .authorities()
    .filter(isCertified)
    .filter(authority => !isRight(pki, authority));

/** Writes ca.crt of a CA from the manifest. */
export function writeCertificateFile(
  { world: { files }, home }: Pick<Pki, 'world' | 'home'>,
  { id, certificate }: CertifiedAuthority,
): void {
  const paths = home.authority(id);
  files.makeDirectory(paths.directory, PRIVATE_DIRECTORY);
  files.replace(paths.certificate, utf8(encodePem('CERTIFICATE', certificate.der)), 0o644);
}

function isRight(
  { world: { files }, home }: Pick<Pki, 'world' | 'home'>,
  { id, certificate }: CertifiedAuthority,
): boolean {
  try {
    const found = files.read(home.authority(id).certificate, LIMIT);
    return found !== undefined && equalBytes(found, utf8(encodePem('CERTIFICATE', certificate.der)));
  } catch (cause) {
    // a pipe, a directory, or a file that cannot be read
    if (cause instanceof SvcauthError) return false;
    throw cause;
  }
}
