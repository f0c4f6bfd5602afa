import { toDate, toEncoding, toSeconds } from './rows.ts';
import type { UnexpiredLeaf } from './manifest.ts';
import type { Sql } from './sqlite.ts';

const CHUNK = 5000;

export function* unexpiredLeaves(sql: Sql, at: Date): Iterable<UnexpiredLeaf> {
  // notAfter is inclusive to its last second (RFC 5280 §4.1.2.5)
  const query = `SELECT c.id, c.serial, c.service, c.authority_id, c.not_before, c.not_after, c.state = 'revoked' AS revoked, e.der
    FROM certificates c JOIN encodings e ON e.certificate_id = c.id
    WHERE c.id > ? AND c.not_after >= ? ORDER BY c.id LIMIT ${CHUNK}`;
  for (let after = 0; ;) {
    const rows = sql.all(query, after, toSeconds(at));
    for (const row of rows) {
      yield {
        ...toEncoding(row),
        authorityId: row.authority_id as string,
        revoked: Number(row.revoked) === 1,
        notBefore: toDate(row.not_before),
        notAfter: toDate(row.not_after),
      };
    }
    if (rows.length < CHUNK) return;
    after = Number(rows.at(-1)!.id);
  }
}
