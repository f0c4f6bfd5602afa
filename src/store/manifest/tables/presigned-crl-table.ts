// Stores the CRLs that a CA presigned, and the numbers and time span of a series that was voided.
// The manifest and its writer call it. It does not decide which CRL is due: `crl/rules/series.ts` does.
import type { Crl, PresignedCrl, VoidCrlSeries } from '../../../record/crl.ts';
import { fromHex } from '../../../pki/bytes.ts';
import { bytesOf, toCrl, toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql } from '../sqlite.ts';

export const presignedCrls = (sql: Sql, authorityId: string): readonly Crl[] =>
  sql
    .all(
      `SELECT authority_id, number, this_update, next_update, entry_count, sha256 FROM presigned_crls
       WHERE authority_id = ? ORDER BY this_update`,
      authorityId,
    )
    .map(toCrl);

export function presignedCrl(sql: Sql, authorityId: string, number: bigint): PresignedCrl | undefined {
  const row = sql.get(
    'SELECT * FROM presigned_crls WHERE authority_id = ? AND number = ?',
    authorityId,
    number.toString(),
  );
  return row && { ...toCrl(row), der: bytesOf(row.der) };
}

export function voidCrlSeries(sql: Sql, authorityId: string): VoidCrlSeries | undefined {
  const row = sql.get('SELECT * FROM void_crl_series WHERE authority_id = ?', authorityId);
  if (row === undefined) return undefined;
  const number = BigInt(row.number as string);
  return row.every === null ? { number } : { number, due: { every: Number(row.every), until: toDate(row.until) } };
}

const COLUMNS = ['authority_id', 'this_update', 'number', 'next_update', 'entry_count', 'sha256', 'der'];

export const insertPresignedCrls = (sql: Sql, crls: readonly PresignedCrl[]): void =>
  insertRows(
    sql,
    'presigned_crls',
    COLUMNS,
    crls.map(crl => [
      crl.authorityId,
      toSeconds(crl.thisUpdate),
      crl.number.toString(),
      toSeconds(crl.nextUpdate),
      crl.entryCount,
      fromHex(crl.sha256)!,
      crl.der,
    ]),
  );

/** Voids a series, and keeps its highest number and the end of its time. Returns how many CRLs were left. */
export function voidPresignedCrls(sql: Sql, authorityId: string): number {
  const series = presignedCrls(sql, authorityId);
  const [before, last] = series.slice(-2);
  if (before === undefined) return 0;
  const numbers = [...series.map(({ number }) => number), voidCrlSeries(sql, authorityId)?.number ?? 0n];
  const highest = numbers.reduce((most, number) => (number > most ? number : most));
  const every = last === undefined ? null : toSeconds(last.thisUpdate) - toSeconds(before.thisUpdate);
  sql.run(
    'INSERT OR REPLACE INTO void_crl_series (authority_id, number, every, until) VALUES (?, ?, ?, ?)',
    authorityId,
    highest.toString(),
    every,
    last === undefined || every === null ? null : toSeconds(last.thisUpdate) + every,
  );
  sql.run('DELETE FROM presigned_crls WHERE authority_id = ?', authorityId);
  return series.length;
}

/** Notes that no CRL has to replace the voided series. */
export const settleVoidSeries = (sql: Sql, authorityId: string): number =>
  sql.run('UPDATE void_crl_series SET every = NULL, until = NULL WHERE authority_id = ?', authorityId);
