import type { PeerBundle } from '../../record/trust-bundle.ts';
import { toDate, toSeconds } from './rows.ts';
import type { Sql, SqlRow } from './sqlite.ts';

export const peerBundles = (sql: Sql): PeerBundle[] =>
  sql.all('SELECT * FROM peer_bundles ORDER BY trust_domain').map(toPeerBundle);

const toPeerBundle = (row: SqlRow): PeerBundle => ({
  trustDomain: row.trust_domain as string,
  document: row.document as string,
  ...(row.sequence !== null && { sequence: row.sequence as number }),
  addedAt: toDate(row.added_at),
});

/** One a trust domain: a later one replaces it. */
export const putPeerBundle = (sql: Sql, { trustDomain, document, sequence, addedAt }: PeerBundle): number =>
  sql.run(
    'INSERT OR REPLACE INTO peer_bundles (trust_domain, document, sequence, added_at) VALUES (?, ?, ?, ?)',
    trustDomain,
    document,
    sequence ?? null,
    toSeconds(addedAt),
  );

export const removePeerBundle = (sql: Sql, trustDomain: string): number =>
  sql.run('DELETE FROM peer_bundles WHERE trust_domain = ?', trustDomain);
