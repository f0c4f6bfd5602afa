import type { CrlImport } from '../run/import.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { CRL_IMPORT } from './documents.ts';

export function crlImportView({ crl, changed, revokedCas }: CrlImport, dryRun: boolean): View<typeof CRL_IMPORT> {
  const { authorityId: ca, ...facts } = crl;
  const value = { dryRun, changed: changed && !dryRun, ca, ...facts, revokedCas };
  const word = !changed ? 'unchanged' : dryRun ? 'would import' : 'imported';
  return {
    table: () =>
      `${word}  ${ca}  number ${crl.number}  ${crl.entryCount} revoked  expires ${formatInstant(crl.nextUpdate)}\n`,
    json: () => ({ kind: 'crl-import', value }),
    jsonl: () => [{ kind: 'crl-import', value }],
  };
}
