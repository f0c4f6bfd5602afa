import type { HookRun } from '../../../record/deployment.ts';
import { hexOf, toDate, toSeconds, toSerial } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

const COLUMNS = ['service', 'hook', 'argv', 'serial', 'at', 'duration', 'outcome', 'output'];

/** Lists the last runs of a service's hooks, in the order of the hooks. */
export const hookRuns = (sql: Sql, service: string): HookRun[] =>
  sql.all('SELECT * FROM hook_runs WHERE service = ? ORDER BY hook', service).map(toHookRun);

const toHookRun = (row: SqlRow): HookRun => ({
  argv: JSON.parse(row.argv as string) as string[],
  serial: hexOf(row.serial),
  at: toDate(row.at),
  duration: Number(row.duration),
  outcome: row.outcome as HookRun['outcome'],
  output: row.output as string,
});

export function setHookRuns(sql: Sql, service: string, runs: readonly HookRun[]): void {
  sql.run('DELETE FROM hook_runs WHERE service = ?', service);
  insertRows(
    sql,
    'hook_runs',
    COLUMNS,
    runs.map((run, hook) => [
      service,
      hook,
      JSON.stringify(run.argv),
      toSerial(run.serial),
      toSeconds(run.at),
      run.duration,
      run.outcome,
      // some of SQLite's functions end a text at a NUL
      run.output.replaceAll('\0', '\ufffd'),
    ]),
  );
}

/** Lists every file that a service's deployment writes. */
export const outputPaths = (sql: Sql): { service: string; path: string }[] =>
  sql
    .all(
      `SELECT s.name AS service, o.value ->> 'path' AS path
       FROM services s JOIN json_each(s.upkeep, '$.deployment.outputs') o WHERE s.upkeep IS NOT NULL`,
    )
    .map(({ service, path }) => ({ service: service as string, path: path as string }));
