import type { FilesState } from '../../due/rules/reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import { utf8 } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { encodePem } from '../../pki/pem.ts';
import { currentVersion, isVersionWhole } from '../../store/files/service-files.ts';
import type { Pki } from '../../store/open-pki.ts';

/** What lies in a service's directory, compared with its current certificate. */
export function filesState(
  { world: { files } }: Pick<Pki, 'world'>,
  certificate: Certificate | undefined,
  directory: string,
): FilesState {
  if (certificate?.der === undefined) return 'missing';
  const { serial, der, keySource } = certificate;
  const expected = { serial, leafPem: utf8(encodePem('CERTIFICATE', der)) };
  if (!isVersionWhole(files, directory, expected)) return 'missing';
  const { publicKey } = decodeCertificate(der).tbs;
  if (keySource !== 'csr' && !isVersionWhole(files, directory, { ...expected, publicKey })) return 'key-missing';
  return currentVersion(files, directory) === serial ? 'served' : 'not-switched';
}
