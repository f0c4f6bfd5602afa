import type { LeafTotals } from '../../record/authority.ts';
import { hexOf, optionalDate, toSeconds } from './rows.ts';
import type { Sql } from './sqlite.ts';

/** Largest number of service names returned. */
const MOST = 5;

/** SQL for the unexpired certificates of a CA: notAfter is inclusive to its last second (RFC 5280 §4.1.2.5). */
const UNEXPIRED = 'FROM certificates WHERE authority_id = ? AND not_after >= ?';
const LIVE = `state <> 'revoked'`;

export function leafTotals(sql: Sql, authorityId: string, at: Date): LeafTotals {
  const parameters = [authorityId, toSeconds(at)] as const;
  const row = sql.get(
    `SELECT count(*) FILTER (WHERE ${LIVE}) AS live, count(*) FILTER (WHERE state = 'superseded') AS superseded,
       min(serial) FILTER (WHERE state = 'superseded') AS one_superseded,
       max(not_after) FILTER (WHERE ${LIVE}) AS last_live, max(not_after) AS last ${UNEXPIRED}`,
    ...parameters,
  )!;
  const names = sql.all(
    `SELECT DISTINCT service ${UNEXPIRED} AND ${LIVE} ORDER BY service LIMIT ${MOST}`,
    ...parameters,
  );
  return {
    live: Number(row.live),
    superseded: Number(row.superseded),
    ...(row.one_superseded === null ? {} : { oneSuperseded: hexOf(row.one_superseded) }),
    ...optionalDate('lastNotAfter', row.last_live),
    ...optionalDate('lastOfAll', row.last),
    services: names.map(each => each.service as string),
  };
}
