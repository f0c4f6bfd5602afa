import type { Sql } from '../../src/store/manifest/sqlite.ts';

/** Returns the query plans of all questions in `ask`: the lines of EXPLAIN QUERY PLAN that name a table. */
export function queryPlan(sql: Sql, ask: (sql: Sql) => unknown): string[] {
  const lines: string[] = [];
  const explained: Sql = {
    ...sql,
    get: (query, ...parameters) => {
      const plan = sql.all(`EXPLAIN QUERY PLAN ${query}`, ...parameters).map(({ detail }) => detail as string);
      lines.push(...plan.filter(detail => /^(?:SCAN|SEARCH) /.test(detail)));
      return { rows: '[]' };
    },
  };
  ask(explained);
  return lines;
}
