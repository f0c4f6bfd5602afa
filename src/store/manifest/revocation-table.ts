// Stores revocations, lists them for a CRL, counts those that no CRL lists yet, and prunes those that have expired.
// The manifest and its writer call it. It never holds all entries of a CA in memory.
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Revocation } from '../../record/revocation.ts';
import { encodeCrlEntry } from '../../pki/crl/entry.ts';
import { bytesOf, toDate, toRevocation, toSeconds, toSerial } from './rows.ts';
import type { RevocationTotals } from './manifest.ts';
import type { Sql, SqlRow, SqlValue } from './sqlite.ts';

/**
 * Revocations read at once, in the order of a CRL. Reading single rows costs 2 µs a row in crossings between the engine and
 * JavaScript; reading all at once costs memory for all. The DER of an entry is made once, at its revocation.
 */
const CHUNK = 2_000;

/** SQL for the rows of one chunk; its parameters are `serial_length, serial` of the last row before it. */
const IN_ORDER = `FROM revocations WHERE authority_id = ? AND (serial_length, serial) > (?, ?)
  ORDER BY serial_length, serial LIMIT ${CHUNK}`;

function* chunks(sql: Sql, authorityId: string, select: string): Iterable<SqlRow> {
  let after: readonly SqlValue[] | undefined = [0, new Uint8Array()];
  while (after !== undefined) {
    const chunk = sql.get(select, authorityId, ...after);
    if (chunk === undefined || chunk.count === 0) return;
    yield chunk;
    const last = sql.get(`SELECT serial_length, serial ${IN_ORDER} OFFSET ${CHUNK - 1}`, authorityId, ...after);
    after = last && [Number(last.serial_length), bytesOf(last.serial)];
  }
}

// the text type only carries the octets: nothing is decoded, and the cast returns them unchanged
const ENTRIES = `SELECT count(*) AS count, CAST(group_concat(entry, '') AS BLOB) AS der
  FROM (SELECT entry ${IN_ORDER})`;

export function* revocationEntries(sql: Sql, authorityId: string): Iterable<Uint8Array> {
  for (const chunk of chunks(sql, authorityId, ENTRIES)) yield bytesOf(chunk.der);
}

export function revocationTotals(sql: Sql, authorityId: string): RevocationTotals {
  const row = sql.get(
    `WITH newest AS (SELECT coalesce(max(id), 0) AS id FROM crls WHERE authority_id = ?)
     SELECT count(*) AS count, total(length(entry)) AS bytes, total(last_crl >= (SELECT id FROM newest)) AS unlisted,
       max(revoked_at) AS latest FROM revocations WHERE authority_id = ?`,
    authorityId,
    authorityId,
  )!;
  return {
    count: Number(row.count),
    byteLength: Number(row.bytes),
    unlisted: Number(row.unlisted),
    ...(row.latest !== null && { latest: toDate(row.latest) }),
  };
}

const AS_JSON = `SELECT count(*) AS count,
    json_group_array(json_array(lower(hex(serial)), revoked_at, reason, invalidity_date, not_after)) AS rows
  FROM (SELECT serial, revoked_at, reason, invalidity_date, not_after ${IN_ORDER})`;

type JsonRow = readonly [
  serial: string,
  revokedAt: number,
  reason: CrlReason,
  invalid: number | null,
  notAfter: number,
];

export function* revocations(sql: Sql, authorityId: string): Iterable<Revocation> {
  for (const chunk of chunks(sql, authorityId, AS_JSON)) {
    for (const [serial, revokedAt, reason, invalid, notAfter] of JSON.parse(chunk.rows as string) as JsonRow[]) {
      yield {
        serial,
        authorityId,
        revokedAt: toDate(revokedAt),
        reason,
        ...(invalid === null ? {} : { invalidityDate: toDate(invalid) }),
        notAfter: toDate(notAfter),
      };
    }
  }
}

export function revocation(sql: Sql, serial: string): Revocation | undefined {
  const octets = toSerial(serial);
  const row = sql.get(
    `SELECT r.* FROM authorities a CROSS JOIN revocations r
     ON r.authority_id = a.id AND r.serial_length = ? AND r.serial = ?`,
    octets.length,
    octets,
  );
  return row && toRevocation(row);
}

/** Adds a revocation. The caller has checked that it is not there. */
export function insertRevocation(sql: Sql, revoked: Revocation): void {
  const octets = toSerial(revoked.serial);
  sql.run(
    `INSERT INTO revocations (authority_id, serial_length, serial, revoked_at, reason, invalidity_date, not_after, last_crl,
       entry)
     VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM crls WHERE authority_id = ?), ?)`,
    revoked.authorityId,
    octets.length,
    octets,
    toSeconds(revoked.revokedAt),
    revoked.reason,
    revoked.invalidityDate === undefined ? null : toSeconds(revoked.invalidityDate),
    toSeconds(revoked.notAfter),
    revoked.authorityId,
    encodeCrlEntry(revoked),
  );
}

/**
 * Drops an entry when its certificate expired before `instant`, and the newest CRL was issued after that and lists it. CRLs are
 * issued in order, so if any CRL meets this, the newest one does (RFC 5280 §3.3).
 */
export const pruneRevocations = (sql: Sql, authorityId: string, instant: Date): number =>
  sql.run(
    `WITH newest AS (SELECT id, this_update FROM crls WHERE authority_id = ? ORDER BY id DESC LIMIT 1)
     DELETE FROM revocations WHERE authority_id = ? AND not_after < ?
       AND not_after < (SELECT this_update FROM newest) AND last_crl < (SELECT id FROM newest)`,
    authorityId,
    authorityId,
    toSeconds(instant),
  );
