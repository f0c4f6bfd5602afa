import type { PresignOutcome } from '../run/presign.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { CRL_PRESIGN } from './documents.ts';

export function crlPresignView(
  { authorityId, series, entryCount, replaced, dryRun }: PresignOutcome,
  now: Date,
  { columns }: Terminal,
): View<typeof CRL_PRESIGN> {
  const value = {
    ...{ dryRun, changed: !dryRun, ca: authorityId, entryCount, crls: series },
    replaced: replaced.map(({ number, thisUpdate, nextUpdate }) => ({ number, thisUpdate, nextUpdate })),
  };
  return {
    table: () => {
      const rows = series.map(({ number, thisUpdate, nextUpdate }) => {
        const until = `${formatInstant(nextUpdate)} ${formatRelativeTime(nextUpdate, now)}`;
        return [String(number), formatInstant(thisUpdate), until];
      });
      const did = `${dryRun ? 'would sign' : 'signed'} ${plural(series.length, 'CRL')} of ${authorityId}`;
      const first = dryRun ? '' : '; the first is in public/crl, "crl refresh" releases the others when they are due';
      const old = replaced.length === 0 ? '' : `replaces ${plural(replaced.length, 'presigned CRL')} of before\n`;
      return `${formatTable(['NUMBER', 'VALID FROM', 'EXPIRES'], rows, columns)}\n${did}${first}\n${old}`;
    },
    json: () => ({ kind: 'crl-presign', value }),
    jsonl: () => [{ kind: 'crl-presign', value }],
  };
}
