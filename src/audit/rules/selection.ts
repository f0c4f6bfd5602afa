import { parseInstant } from '../../time/instant.ts';
import type { AuditRecord } from '../../record/audit.ts';

/** The first record of a selection, by number or time; both inclusive. */
export type AuditStart = { readonly sequence: number } | { readonly instant: Date };

/** Reads a record number, `120`, or an instant, `2026-11-21` or `-7d`. Throws ERR_INSTANT. */
export function parseAuditStart(text: string, now: Date): AuditStart {
  return /^[0-9]{1,15}$/.test(text) ? { sequence: Number(text) } : { instant: parseInstant(text, now) };
}

/** Selects the records from `start` on, and of one subject if it is given. */
export function* selectAuditRecords(
  records: Iterable<AuditRecord>,
  start: AuditStart | undefined,
  subject: string | undefined,
): Iterable<AuditRecord> {
  const instant = start !== undefined && 'instant' in start ? start.instant : undefined;
  for (const record of records) {
    if (subject !== undefined && record.subject !== subject) continue;
    // the clock of a run may have been wrong, so times may decrease
    if (instant !== undefined && record.at < instant) continue;
    yield record;
  }
}
