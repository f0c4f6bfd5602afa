import type { FederatedBundle } from '../../../record/trust-bundle.ts';
import { optionalDate, toDate, toSeconds } from '../rows.ts';
import type { Sql, SqlRow } from '../sqlite.ts';

/** Reads the bundles by trust domain. The table has the name that the first versions gave it. */
export const federatedBundles = (sql: Sql): FederatedBundle[] =>
  sql.all('SELECT * FROM peer_bundles ORDER BY trust_domain').map(toFederatedBundle);

const toFederatedBundle = (row: SqlRow): FederatedBundle => ({
  trustDomain: row.trust_domain as string,
  document: row.document as string,
  ...(row.sequence !== null && { sequence: row.sequence as number }),
  addedAt: toDate(row.added_at),
  ...optionalDate('fetchedAt', row.fetched_at),
});

/** Stores the bundle of a federated trust domain; a later one replaces it. */
export const putFederatedBundle = (
  sql: Sql,
  { trustDomain, document, sequence, addedAt, fetchedAt }: FederatedBundle,
): number =>
  sql.run(
    'INSERT OR REPLACE INTO peer_bundles (trust_domain, document, sequence, added_at, fetched_at) VALUES (?, ?, ?, ?, ?)',
    trustDomain,
    document,
    sequence ?? null,
    toSeconds(addedAt),
    fetchedAt === undefined ? null : toSeconds(fetchedAt),
  );

export const removeFederatedBundle = (sql: Sql, trustDomain: string): number =>
  sql.run('DELETE FROM peer_bundles WHERE trust_domain = ?', trustDomain);
