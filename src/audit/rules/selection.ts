import { parseInstant } from '../../time/instant.ts';
import type { AuditRecord } from '../../record/audit.ts';

/** From where on: a record's number, or a time; both inclusive. */
export type AuditStart = { readonly sequence: number } | { readonly instant: Date };

/** `120`, or whatever `parseInstant` reads: `2026-11-21`, `-7d`. Throws ERR_INSTANT. */
export function parseAuditStart(text: string, now: Date): AuditStart {
  return /^[0-9]{1,15}$/.test(text) ? { sequence: Number(text) } : { instant: parseInstant(text, now) };
}

/** Records from `start` on, and of one subject only. */
export function* selectAuditRecords(
  records: Iterable<AuditRecord>,
  start: AuditStart | undefined,
  subject: string | undefined,
): Iterable<AuditRecord> {
  const instant = start !== undefined && 'instant' in start ? start.instant : undefined;
  for (const record of records) {
    if (subject !== undefined && record.subject !== subject) continue;
    // the clock of a run may have been wrong: times need not grow
    if (instant !== undefined && record.at < instant) continue;
    yield record;
  }
}
