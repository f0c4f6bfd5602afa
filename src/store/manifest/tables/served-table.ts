// Stores the last probe of each address that a services file declares, and finds the services that declare one.
// The manifest and its writer call it. A later probe replaces the row.
import type { ServedRecord } from '../../../record/served.ts';
import { servicesOf } from '../live-services.ts';
import type { LiveService } from '../manifest.ts';
import { toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

const LISTENS = `upkeep ->> '$.listen' IS NOT NULL`;

/** Lists the services that declare an address, by name. Answered from an index. */
export const listeningServices = (sql: Sql): LiveService[] =>
  servicesOf(sql, `SELECT * FROM services WHERE ${LISTENS} ORDER BY name`);

/** Lists the records by service, then address. */
export const servedRecords = (sql: Sql): ServedRecord[] =>
  sql.all('SELECT * FROM served ORDER BY service, address').map(toServed);

const COLUMNS = [
  'service',
  'address',
  'tried_at',
  'seen_at',
  'serial',
  'chain',
  'refusal_severity',
  'refusal',
  'problem_code',
  'problem',
  'failing_since',
] as const;

export function putServed(sql: Sql, records: readonly ServedRecord[]): void {
  const update = COLUMNS.map(column => `${column} = excluded.${column}`).join(', ');
  const rows = records.map(({ service, address, triedAt, seen, problem }) => [
    ...[service, address, toSeconds(triedAt)],
    ...(seen === undefined ? [null, null, null] : [toSeconds(seen.at), seen.serial ?? null, seen.chain.join(' ')]),
    ...[seen?.refusal?.severity ?? null, plain(seen?.refusal?.text)],
    ...(problem === undefined ? [null, null, null] : [problem.code, plain(problem.text), toSeconds(problem.since)]),
  ]);
  insertRows(sql, 'served', COLUMNS, rows, `ON CONFLICT (service, address) DO UPDATE SET ${update}`);
}

/** Removes the records of addresses that services no longer declare. Returns their number. */
export const pruneServed = (sql: Sql): number =>
  sql.run(`DELETE FROM served WHERE NOT EXISTS (
    SELECT 1 FROM services s, json_each(s.upkeep, '$.listen') a
    WHERE s.name = served.service AND a.value = served.address)`);

/** Some of SQLite's functions end a text at a NUL. */
const plain = (text: string | undefined): string | null => text?.replaceAll('\0', '\ufffd') ?? null;

const toServed = (row: SqlRow): ServedRecord => ({
  service: row.service as string,
  address: row.address as string,
  triedAt: toDate(row.tried_at),
  ...(row.seen_at !== null && {
    seen: {
      at: toDate(row.seen_at),
      ...(row.serial !== null && { serial: row.serial as string }),
      chain: (row.chain as string).split(' '),
      ...(row.refusal !== null && {
        refusal: { severity: row.refusal_severity as 'warning' | 'critical', text: row.refusal as string },
      }),
    },
  }),
  ...(row.problem_code !== null && {
    problem: {
      code: row.problem_code as string,
      text: row.problem as string,
      since: toDate(row.failing_since),
    },
  }),
});
