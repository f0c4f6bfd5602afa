import type { CrlImport } from '../run/import.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';

export function crlImportView({ crl, changed, revokedAuthorities }: CrlImport, dryRun: boolean): View {
  const { authorityId: authority, ...facts } = crl;
  const value = { dryRun, changed: changed && !dryRun, authority, ...facts, revokedAuthorities };
  const word = !changed ? 'unchanged' : dryRun ? 'would import' : 'imported';
  return {
    table: () =>
      `${word}  ${authority}  number ${crl.number}  ${crl.entryCount} revoked  expires ${formatInstant(crl.nextUpdate)}\n`,
    json: () => ({ kind: 'crl-import', value }),
    jsonl: () => [{ kind: 'crl-import', value }],
  };
}
