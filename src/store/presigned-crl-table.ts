import type { Crl, PresignedCrl } from '../lifecycle/model.ts';
import { fromHex } from '../pki/bytes.ts';
import { bytesOf, toCrl, toSeconds } from './manifest-rows.ts';
import { insertRows, type Sql } from './sqlite.ts';

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

export function voidCrlNumber(sql: Sql, authorityId: string): bigint | undefined {
  const row = sql.get('SELECT number FROM void_crl_numbers WHERE authority_id = ?', authorityId);
  return row && BigInt(row.number as string);
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

/** Those before the one that is out now. */
export const dropPresignedBefore = (sql: Sql, { authorityId, thisUpdate }: Crl): number =>
  sql.run('DELETE FROM presigned_crls WHERE authority_id = ? AND this_update < ?', authorityId, toSeconds(thisUpdate));

/** Gives a series up, and remembers how far its numbers went. Returns how many CRLs it still had. */
export function voidPresignedCrls(sql: Sql, authorityId: string): number {
  const series = presignedCrls(sql, authorityId);
  if (series.length === 0) return 0;
  const numbers = [...series.map(({ number }) => number), voidCrlNumber(sql, authorityId) ?? 0n];
  const highest = numbers.reduce((most, number) => (number > most ? number : most));
  sql.run(
    'INSERT OR REPLACE INTO void_crl_numbers (authority_id, number) VALUES (?, ?)',
    authorityId,
    highest.toString(),
  );
  sql.run('DELETE FROM presigned_crls WHERE authority_id = ?', authorityId);
  return series.length;
}
