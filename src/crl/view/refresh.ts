// Formats a refresh of CRLs, done or planned, as a table and as JSON, and the warnings that go with it.
// `crl refresh` prints it. It decides nothing.
import type { CrlRefreshOutcome } from '../run/refresh-run.ts';
import type { PlannedCrl } from '../run/refresh.ts';
import { CRL_REFRESH_WORDS, isPressing } from '../rules/schedule.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { CRL_ACTION, CRL_REFRESH } from './documents.ts';

export function crlRefreshView(
  { plan, result }: CrlRefreshOutcome,
  now: Date,
  { columns }: Terminal,
): View<typeof CRL_REFRESH, typeof CRL_ACTION> {
  const crls = plan.crls.map(planned => crlOf(planned, result));
  return {
    table: () => {
      const rows = crls.map(crl => [
        wordOf(crl, result === undefined),
        crl.ca,
        crl.number?.toString() ?? '',
        String(crl.entryCount),
        crl.nextUpdate === undefined
          ? ''
          : `${formatInstant(crl.nextUpdate)} ${formatRelativeTime(crl.nextUpdate, now)}`,
        crl.reasons.map(reason => CRL_REFRESH_WORDS[reason]).join(', '),
      ]);
      const table = formatTable(['CRL', 'CA', 'NUMBER', 'REVOKED', 'EXPIRES', 'WHY'], rows, columns);
      const nothing = result !== undefined && !result.changed && result.failed.length === 0;
      if (!nothing) return table;
      const due = crls.some(({ action }) => action === 'key-away');
      return `${table}${due ? 'nothing was changed: the key is not in the home' : 'nothing is due; nothing was changed'}\n`;
    },
    json: () => ({
      kind: 'crl-refresh',
      value: { dryRun: result === undefined, changed: result?.changed ?? false, crls },
    }),
    jsonl: () => crls.map(value => ({ kind: 'crl-action', value })),
  };
}

const WORDS: Readonly<Record<PlannedCrl['action'], { readonly done: string; readonly planned: string }>> = {
  keep: { done: 'unchanged', planned: 'unchanged' },
  sign: { done: 'signed', planned: 'would sign' },
  release: { done: 'released', planned: 'would release' },
  'key-away': { done: 'needs key', planned: 'needs key' },
};

function wordOf({ action, code }: ReturnType<typeof crlOf>, dryRun: boolean): string {
  if (code !== undefined) return 'failed';
  return dryRun ? WORDS[action].planned : WORDS[action].done;
}

/** Gives the new CRL of a CA, in a dry run the planned one, and otherwise the CRL that it keeps. */
function crlOf(
  { authority: { id: ca }, action, reasons, header, totals, latest }: PlannedCrl,
  result: CrlRefreshOutcome['result'],
) {
  const signed = result?.signed.find(({ authorityId }) => authorityId === ca);
  const code = result?.failed.find(({ authorityId }) => authorityId === ca)?.error.code;
  const isPlanned = result === undefined && (action === 'sign' || action === 'release');
  const crl = signed ?? (isPlanned ? { ...header, entryCount: totals.count } : latest);
  const { number, thisUpdate, nextUpdate, entryCount = 0 } = crl ?? {};
  return { ca, action, reasons, code, number, thisUpdate, nextUpdate, entryCount };
}

/** Lists the warnings of a refresh: adopted revocations, discarded series, and keys that are needed. */
export function crlRefreshWarnings({ plan, adopted, result }: CrlRefreshOutcome, now: Date): readonly string[] {
  return [
    ...adopted.map(({ authorityId, number, revocations: { length } }) => {
      const taken = result === undefined ? 'would be taken from it' : 'taken from it';
      return `public/crl has CRL number ${number} of ${authorityId}, but the manifest does not: was it restored from a backup? revocations ${taken}: ${length}`;
    }),
    ...plan.crls.flatMap(({ authority: { id }, action, series }) => {
      if (series === undefined || action !== 'sign') return [];
      const signed = result === undefined ? 'would be signed to replace them' : 'were signed to replace them';
      return `the earlier presigned CRLs of ${id} were discarded; ${series.length} ${signed}`;
    }),
    ...plan.crls
      .filter(planned => planned.action === 'key-away' && isPressing(planned, now))
      .map(({ authority: { id, keyLocation }, series }) => {
        const remedy = REMEDIES.crlDue({ ca: id, keyLocation });
        const discarded = series === undefined ? '' : ' and its presigned CRLs were discarded';
        return `the CRL of ${id} is due${discarded}, but its key is not in the home: ${remedy}`;
      }),
  ];
}
