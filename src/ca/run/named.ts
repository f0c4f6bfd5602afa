import { isCertified } from '../rules/active-issuer.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { DerError, DerReader } from '../../pki/der/reader.ts';
import { decodeName, nameToString } from '../../pki/name/name.ts';
import { readPathCertificate } from '../../pki/path/path-certificate.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

/** Returns the id of the CA with this name, or else the name as text. */
export function authorityNamed(manifest: Manifest, nameDer: Uint8Array): string {
  try {
    const text = nameToString(decodeName(new DerReader(nameDer), 'name'));
    const ours = manifest.authorities().filter(isCertified);
    return ours.find(({ certificate }) => equalBytes(subjectOf(certificate.der), nameDer))?.id ?? text;
  } catch (error) {
    if (error instanceof DerError) return 'an unreadable name';
    throw error;
  }
}

/** Returns the DER of the subject of a certificate. */
export const subjectOf = (certificateDer: Uint8Array): Uint8Array =>
  readPathCertificate(certificateDer).tbs.subject.der;
