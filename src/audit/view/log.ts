import type { AuditVerdict } from '../../record/audit-chain.ts';
import type { AuditRecord } from '../../record/audit.ts';
import type { AUDIT_LOG, AUDIT_RECORD, AUDIT_VERIFY } from './documents.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatTable } from '../../view/table.ts';

/** `columns`: the terminal's width, 0 where there is no edge. */
export function auditLogView(
  records: Iterable<AuditRecord>,
  columns: number,
): View<typeof AUDIT_LOG, typeof AUDIT_RECORD> {
  return {
    table: () => {
      const rows = Array.from(records, record => [
        String(record.sequence),
        formatInstant(record.at),
        record.actor,
        record.action,
        record.subject,
        Object.entries(record.detail)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
      ]);
      if (rows.length === 0) return 'no records\n';
      return formatTable(['NO', 'AT', 'BY', 'ACTION', 'SUBJECT', 'DETAIL'], rows, columns);
    },
    json: () => ({ kind: 'audit-log', value: { records: [...records] } }),
    *jsonl() {
      for (const value of records) yield { kind: 'audit-record', value };
    },
  };
}

export function auditVerdictView(verdict: AuditVerdict): View<typeof AUDIT_VERIFY> {
  const { count, head, broken } = verdict;
  const document = { kind: 'audit-verify', value: { intact: broken === undefined, ...verdict } } as const;
  return {
    table: () =>
      formatFacts([
        [
          'records',
          broken === undefined ? `${count}, all sound` : `${count} sound, then record ${broken.sequence} is not`,
        ],
        ['head', head],
      ]),
    json: () => document,
    jsonl: () => [document],
  };
}
