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

export function crlRefreshView({ plan, result }: CrlRefreshOutcome, now: Date, { columns }: Terminal): View {
  const crls = plan.crls.map(planned => crlOf(planned, result));
  return {
    table: () => {
      const rows = crls.map(crl => [
        crl.done,
        crl.authority,
        crl.number?.toString() ?? '',
        String(crl.entries),
        crl.nextUpdate === undefined
          ? ''
          : `${formatInstant(crl.nextUpdate)} ${formatRelativeTime(crl.nextUpdate, now)}`,
        crl.reasons.map(reason => CRL_REFRESH_WORDS[reason]).join(', '),
      ]);
      const table = formatTable(['CRL', 'CA', 'NUMBER', 'REVOKED', 'UNTIL', 'WHY'], rows, columns);
      const nothing = result !== undefined && !result.changed && result.failed.length === 0;
      if (!nothing) return table;
      const due = crls.some(({ done }) => done === 'key away');
      return `${table}${due ? 'nothing could be signed here' : 'nothing is due'}: nothing was changed\n`;
    },
    json: () => ({
      kind: 'crl-refresh',
      value: { dryRun: result === undefined, changed: result?.changed ?? false, crls },
    }),
    jsonl: () => crls.map(value => ({ kind: 'crl-refresh', value })),
  };
}

function crlOf(
  { authority, action, reasons, header, totals, latest }: PlannedCrl,
  result: CrlRefreshOutcome['result'],
) {
  const about = { authority: authority.id, reasons };
  const signed = result?.signed.find(({ authorityId }) => authorityId === authority.id);
  const failed = result?.failed.find(({ authorityId }) => authorityId === authority.id);
  const done = action === 'release' ? 'released' : 'signed';
  if (signed !== undefined) return { ...about, done, ...factsOf(signed), entries: signed.entryCount };
  const old = { ...(latest && factsOf(latest)), entries: latest?.entryCount ?? 0 };
  if (failed !== undefined) return { ...about, done: 'failed', ...old, error: failed.error.code };
  if (action === 'sign') return { ...about, done: 'would sign', ...factsOf(header), entries: totals.count };
  if (action === 'release') return { ...about, done: 'would release', ...factsOf(header), entries: totals.count };
  return { ...about, done: action === 'keep' ? 'unchanged' : 'key away', ...old };
}

const factsOf = ({ number, thisUpdate, nextUpdate }: PlannedCrl['header']) => ({ number, thisUpdate, nextUpdate });

/** What a person should know of a refresh. */
export function crlRefreshWarnings({ plan, adopted, result }: CrlRefreshOutcome, now: Date): readonly string[] {
  return [
    ...adopted.map(({ authorityId, number, revocations: { length } }) => {
      const taken = result === undefined ? 'would be taken over from it' : 'taken over from it';
      return `public/crl has number ${number} of ${authorityId}, which the manifest does not know: was it restored from a back-up? revocations ${taken}: ${length}`;
    }),
    ...plan.crls.flatMap(({ authority: { id }, action, series }) => {
      if (series === undefined || action !== 'sign') return [];
      const when = result === undefined ? 'would be' : 'were';
      return `the CRLs that had been signed ahead for ${id} were given up; ${series.length} ${when} signed in their place`;
    }),
    ...plan.crls
      .filter(planned => planned.action === 'key-away' && isPressing(planned, now))
      .map(({ authority: { id, keyLocation }, series }) => {
        const remedy = REMEDIES.crlDue({ ca: id, keyLocation });
        const given = series === undefined ? '' : ', those that were signed ahead are given up';
        return `the CRL of ${id} is due${given}, and its key is not here: ${remedy}`;
      }),
  ];
}
