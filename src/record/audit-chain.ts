// Chains the records of the audit log by hash, and finds the first record that breaks the chain. It is pure.
// The manifest appends with it, and `audit verify` checks with it. The chain shows an edit, a gap and a removal in the middle.
// It cannot show that the newest records were cut off: for that, keep the head's hash somewhere else and compare.
import { hash } from 'node:crypto';
import { instantText } from '../time/instant-text.ts';
import type { AuditRecord } from './audit.ts';

export type AuditEntry = Omit<AuditRecord, 'hash'>;

/** Hash before the first record. */
export const NO_HASH = '0'.repeat(64);

/**
 * Returns the text that is hashed. It is a JSON array of strings, `[sequence, at, actor, action, subject, previousHash, key, value, …]`,
 * the details by key in UTF-16 code unit order, `at` as RFC 3339 with seconds. No other form of a record hashes to the same text.
 */
export function canonicalAuditEntry(entry: AuditEntry): string {
  return JSON.stringify([
    String(entry.sequence),
    instantText(entry.at),
    entry.actor,
    entry.action,
    entry.subject,
    entry.previousHash,
    ...Object.keys(entry.detail)
      .sort()
      .flatMap(key => [key, entry.detail[key]!]),
  ]);
}

/** Makes the record that follows `previous`; undefined makes the first record. */
export function chainAuditEntry(
  previous: Pick<AuditRecord, 'sequence' | 'hash'> | undefined,
  entry: Omit<AuditEntry, 'sequence' | 'previousHash'>,
): AuditRecord {
  const linked = { ...entry, sequence: (previous?.sequence ?? 0) + 1, previousHash: previous?.hash ?? NO_HASH };
  return { ...linked, hash: hashOf(linked) };
}

const hashOf = (entry: AuditEntry): string => hash('sha256', canonicalAuditEntry(entry));

export interface AuditVerdict {
  /** Sound records, from the first on. */
  readonly count: number;
  /** Hash of the last sound record, to keep elsewhere. 64 zeros for an empty log. */
  readonly head: string;
  /** First record that does not follow from the record before, and the reason; absent when the log is whole. */
  readonly broken?: { readonly sequence: number; readonly problem: string };
}

/**
 * Follows the chain from its first record to the first break. `expectedHead` is a hash kept from an earlier run. The log must
 * contain it (it may have grown since); otherwise its end was cut off or the whole log was made again.
 */
export function checkAuditChain(records: Iterable<AuditRecord>, expectedHead?: string): AuditVerdict {
  let count = 0;
  let head = NO_HASH;
  let anchored = expectedHead === undefined || expectedHead === NO_HASH;
  const broken = (sequence: number, problem: string): AuditVerdict => ({ count, head, broken: { sequence, problem } });
  for (const record of records) {
    const expected = count + 1;
    if (record.sequence > expected) {
      const last = record.sequence - 1;
      return broken(expected, expected === last ? 'it is missing' : `it and all up to ${last} are missing`);
    }
    if (record.sequence < expected) return broken(record.sequence, `it comes after record ${count}`);
    if (record.previousHash !== head)
      return broken(record.sequence, 'it does not match the hash of the previous record');
    if (record.hash !== hashOf(record)) return broken(record.sequence, 'it was changed after it was written');
    count++;
    head = record.hash;
    anchored ||= head === expectedHead;
  }
  return anchored
    ? { count, head }
    : broken(count + 1, 'the log ends before the expected head: newer records were removed');
}
