import type { FilesState } from '../../due/rules/reason.ts';
import type { Certificate } from '../../record/certificate.ts';
import {
  compareVersion,
  currentVersion,
  expectedCredential,
  isWhole,
  readVersion,
} from '../../store/files/service-files.ts';
import type { Pki } from '../../store/open-pki.ts';

/** What lies in a service's directory, compared with its current certificate. */
export function filesState(
  { world: { files } }: Pick<Pki, 'world'>,
  certificate: Certificate | undefined,
  directory: string,
): FilesState {
  if (certificate?.der === undefined) return 'missing';
  const { serial, der, keySource } = certificate;
  const state = compareVersion(readVersion(files, directory, serial), expectedCredential({ der, keySource }));
  if (!isWhole(state)) return 'missing';
  if (state.key !== 'right') return 'key-missing';
  return currentVersion(files, directory) === serial ? 'served' : 'not-switched';
}
