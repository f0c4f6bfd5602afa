// Stores the times by which a later run judges its clock, as one value of the table `meta`.
// The manifest and its writer call it. It judges nothing: `time/recorded-clock.ts` does.
import type { ClockRecord } from '../../record/clock.ts';
import { toDate, toSeconds } from './rows.ts';
import type { Sql } from './sqlite.ts';

/** Seconds, under short names: a value of JSON. */
interface Stored {
  readonly newest: number;
  readonly lastRun?: number;
  readonly usualGap?: number;
  readonly jump?: readonly [from: number, to: number];
}

/** Reads the record. A manifest of an earlier version has none; its audit log answers then. */
export function clockRecord(sql: Sql): ClockRecord | undefined {
  const row = sql.get(`SELECT value FROM meta WHERE key = 'clock'`);
  if (row === undefined) {
    const newest = sql.get('SELECT max(at) AS newest FROM audit')!.newest;
    return newest === null ? undefined : { newest: toDate(newest) };
  }
  const { newest, lastRun, usualGap, jump } = JSON.parse(row.value as string) as Stored;
  return {
    newest: toDate(newest),
    ...(lastRun !== undefined && { lastRun: toDate(lastRun) }),
    ...(usualGap !== undefined && { usualGap }),
    ...(jump && { jump: { from: toDate(jump[0]), to: toDate(jump[1]) } }),
  };
}

export function setClockRecord(sql: Sql, { newest, lastRun, usualGap, jump }: ClockRecord): void {
  const stored: Stored = {
    newest: toSeconds(newest),
    ...(lastRun && { lastRun: toSeconds(lastRun) }),
    ...(usualGap !== undefined && { usualGap }),
    ...(jump && { jump: [toSeconds(jump.from), toSeconds(jump.to)] }),
  };
  sql.run(`INSERT OR REPLACE INTO meta (key, value) VALUES ('clock', ?)`, JSON.stringify(stored));
}

/** Notes that something was recorded at `at`; an earlier time changes nothing. */
export function raiseClock(sql: Sql, at: Date): void {
  const record = clockRecord(sql);
  if (record === undefined || record.newest < at) setClockRecord(sql, { ...record, newest: at });
}
