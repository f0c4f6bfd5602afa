import type { Acknowledgement } from '../../../record/rotation.ts';
import { toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

export const acknowledgements = (sql: Sql): Acknowledgement[] =>
  sql.all('SELECT * FROM acknowledgements ORDER BY verifier').map(toAcknowledgement);

const toAcknowledgement = (row: SqlRow): Acknowledgement => ({
  verifier: row.verifier as string,
  sequence: row.sequence as number,
  at: toDate(row.at),
  source: row.source as Acknowledgement['source'],
});

export function putAcknowledgement(sql: Sql, { verifier, sequence, at, source }: Acknowledgement): void {
  const columns = ['verifier', 'sequence', 'at', 'source'];
  const update = columns.map(column => `${column} = excluded.${column}`).join(', ');
  insertRows(
    sql,
    'acknowledgements',
    columns,
    [[verifier, sequence, toSeconds(at), source]],
    `ON CONFLICT (verifier) DO UPDATE SET ${update}`,
  );
}
