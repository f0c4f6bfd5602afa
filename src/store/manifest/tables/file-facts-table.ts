// Stores the facts of deployed files, one row for each service, and of the key files of CAs.
// `check` compares a part of them on each run, so a row is one text and a question reads rows by an index.
import type { FileFact, RecordedFiles, ServiceFacts } from '../../../record/file-facts.ts';
import { fromHex } from '../../../pki/bytes.ts';
import type { FactsQuestion } from '../manifest.ts';
import { hexOf, toDate, toSeconds } from '../rows.ts';
import { insertRows, type Sql, type SqlValue } from '../sqlite.ts';

type JsonRow = readonly [
  service: string,
  out: string | null,
  isPending: 0 | 1,
  seenAt: number,
  facts: readonly [
    files: readonly (readonly [path: string, size: number, changed: number, inode: number])[],
    chain: string | null,
    anchors: string | null,
  ],
];

/** Selects rows as one JSON text. A revoked certificate is not deployed, so its files do not matter. */
const rowsOf = (from: string): string => `SELECT json_group_array(json_array(
    f.service, s.spec ->> '$.out', d.state = 'pending', f.seen_at, json(f.facts))) AS rows
  FROM ${from} JOIN deployments d ON d.service = f.service JOIN services s ON s.name = f.service WHERE s.revoked = 0`;

const NAMED = rowsOf('(SELECT * FROM file_facts WHERE service IN (SELECT value FROM json_each(?)) ORDER BY service) f');
const PENDING = rowsOf(`(SELECT file_facts.* FROM deployments p JOIN file_facts ON file_facts.service = p.service
  WHERE p.state = 'pending' ORDER BY p.service) f`);
const SEEN_BEFORE = rowsOf('(SELECT * FROM file_facts WHERE seen_at <= ? OR seen_at > ? ORDER BY id) f');
const SLICE = rowsOf('(SELECT * FROM file_facts WHERE id > ? AND id <= ? ORDER BY id) f');

/** Reads the facts of the services that the question selects. */
export function fileFacts(sql: Sql, question: FactsQuestion): RecordedFiles[] {
  if ('services' in question) return read(sql, NAMED, JSON.stringify(question.services));
  if ('pending' in question) return read(sql, PENDING);
  if ('seenBefore' in question) {
    return read(sql, SEEN_BEFORE, toSeconds(question.seenBefore), toSeconds(question.now));
  }
  const count = Number(sql.get('SELECT max(id) AS last FROM file_facts')?.last ?? 0);
  if (count <= question.atMost) return read(sql, SLICE, 0, count);
  const slices = Math.ceil(count / question.atMost);
  const size = Math.ceil(count / slices);
  const first = (question.turn % slices) * size;
  return read(sql, SLICE, first, first + size);
}

const read = (sql: Sql, query: string, ...parameters: SqlValue[]): RecordedFiles[] =>
  (JSON.parse(sql.get(query, ...parameters)!.rows as string) as JsonRow[]).map(
    ([service, out, isPending, seenAt, [files, chain, anchors]]) => ({
      ...{ service, isPending: isPending === 1, seenAt: toDate(seenAt) },
      ...(out !== null && { out }),
      files: files.map(([path, size, changed, inode]): FileFact => ({ path, size, changed, inode })),
      ...(chain !== null && { chain }),
      ...(anchors !== null && { anchors }),
    }),
  );

/** Replaces the facts of services. */
export function putFileFacts(sql: Sql, rows: readonly ServiceFacts[]): void {
  insertRows(
    sql,
    'file_facts',
    ['service', 'facts', 'seen_at'],
    rows.map(({ service, files, chain, anchors, seenAt }) => [
      service,
      JSON.stringify([
        files.map(({ path, size, changed, inode }) => [path, size, changed, inode]),
        chain ?? null,
        anchors ?? null,
      ]),
      toSeconds(seenAt),
    ]),
    'ON CONFLICT (service) DO UPDATE SET facts = excluded.facts, seen_at = excluded.seen_at',
  );
}

/** Returns the SHA-256 of a CA's key file as svcauth wrote it or last opened it. Undefined if it did neither. */
export function keyFileDigest(sql: Sql, authorityId: string): string | undefined {
  const row = sql.get('SELECT sha256 FROM key_files WHERE authority_id = ?', authorityId);
  return row && hexOf(row.sha256);
}

export function putKeyFileDigest(sql: Sql, authorityId: string, sha256: string): void {
  sql.run('INSERT OR REPLACE INTO key_files (authority_id, sha256) VALUES (?, ?)', authorityId, fromHex(sha256)!);
}
