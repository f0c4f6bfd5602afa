// Stores revocations, lists them for a CRL, and counts those that no CRL lists yet.
// The manifest and its writer call it. It never holds all entries of a CA in memory, and never deletes one.
import type { CrlReason } from '../../../pki/crl/revocation-reason.ts';
import type { Revocation } from '../../../record/revocation.ts';
import { encodeCrlEntry } from '../../../pki/crl/entry.ts';
import { bytesOf, toDate, toRevocation, toSeconds, toSerial } from '../rows.ts';
import type { CrlListing, RevocationTotals } from '../manifest.ts';
import type { Sql, SqlRow, SqlValue } from '../sqlite.ts';

/**
 * Revocations read at once, in the order of a CRL. Reading single rows costs 2 µs a row in crossings between the engine and
 * JavaScript; reading all at once costs memory for all. The DER of an entry is made once, at its revocation.
 */
const CHUNK = 2_000;

/** SQL for the rows of one chunk. Its parameters are the CA, the bounds, and `serial_length, serial` of the last row before it. */
const IN_ORDER = `FROM revocations
  WHERE authority_id = ? AND (not_after >= ? OR last_crl >= ?) AND (serial_length, serial) > (?, ?)
  ORDER BY serial_length, serial LIMIT ${CHUNK}`;

/** The bounds of a listing in SQL. An entry is in it if it expires at or after `cut`, or is not on the newest CRL. */
type Bounds = readonly [cut: number, newestCrl: number];

/** Sets the bounds. CRLs are issued in order, so if any CRL listed an entry after its expiry, the newest one did or came after it. */
function boundsOf(sql: Sql, authorityId: string, listing: CrlListing | undefined): Bounds {
  if (listing === undefined) return [0, 0];
  const newest = sql.get(
    'SELECT id, this_update FROM crls WHERE authority_id = ? ORDER BY id DESC LIMIT 1',
    authorityId,
  );
  return newest === undefined
    ? [0, 0]
    : [Math.min(toSeconds(listing.expiredBefore), Number(newest.this_update)), Number(newest.id)];
}

function* chunks(sql: Sql, authorityId: string, bounds: Bounds, select: string): Iterable<SqlRow> {
  let after: readonly SqlValue[] | undefined = [0, new Uint8Array()];
  while (after !== undefined) {
    const chunk = sql.get(select, authorityId, ...bounds, ...after);
    if (chunk === undefined || chunk.count === 0) return;
    yield chunk;
    const last = sql.get(
      `SELECT serial_length, serial ${IN_ORDER} OFFSET ${CHUNK - 1}`,
      authorityId,
      ...bounds,
      ...after,
    );
    after = last && [Number(last.serial_length), bytesOf(last.serial)];
  }
}

// the text type only carries the octets: nothing is decoded, and the cast returns them unchanged
const ENTRIES = `SELECT count(*) AS count, CAST(group_concat(entry, '') AS BLOB) AS der
  FROM (SELECT entry ${IN_ORDER})`;

export function* revocationEntries(sql: Sql, authorityId: string, listing?: CrlListing): Iterable<Uint8Array> {
  const bounds = boundsOf(sql, authorityId, listing);
  if (listing === undefined || !hasLater(sql, authorityId, listing)) {
    for (const chunk of chunks(sql, authorityId, bounds, ENTRIES)) yield bytesOf(chunk.der);
    return;
  }
  for (const chunk of chunks(sql, authorityId, bounds, AS_JSON)) {
    yield Buffer.concat(revocationsIn(chunk, authorityId).map(each => encodeCrlEntry(clamped(each, listing))));
  }
}

/** True if a revocation is dated later than a CRL may list: the clock was ahead when it was recorded. */
const hasLater = (sql: Sql, authorityId: string, { datesUntil }: CrlListing): boolean =>
  Number(
    sql.get('SELECT max(revoked_at) AS latest FROM revocations WHERE authority_id = ?', authorityId)!.latest ?? 0,
  ) > toSeconds(datesUntil);

const clamped = (revoked: Revocation, { datesUntil }: CrlListing): Revocation =>
  revoked.revokedAt > datesUntil ? { ...revoked, revokedAt: datesUntil } : revoked;

export function revocationTotals(sql: Sql, authorityId: string, listing?: CrlListing): RevocationTotals {
  const [cut, newestCrl] = boundsOf(sql, authorityId, listing);
  const row = sql.get(
    `WITH newest AS (SELECT coalesce(max(id), 0) AS id FROM crls WHERE authority_id = ?1)
     SELECT count(*) FILTER (WHERE not_after >= ?2 OR last_crl >= ?3) AS count,
       total(length(entry)) FILTER (WHERE not_after >= ?2 OR last_crl >= ?3) AS bytes,
       total(last_crl >= (SELECT id FROM newest)) AS unlisted, max(revoked_at) AS latest
     FROM revocations WHERE authority_id = ?1`,
    authorityId,
    cut,
    newestCrl,
  )!;
  return {
    count: Number(row.count),
    byteLength:
      listing && hasLater(sql, authorityId, listing) ? lengthOf(sql, authorityId, listing) : Number(row.bytes),
    unlisted: Number(row.unlisted),
    ...(row.latest !== null && { latest: toDate(row.latest) }),
  };
}

/** Adds the lengths up: a date in another century is longer. */
function lengthOf(sql: Sql, authorityId: string, listing: CrlListing): number {
  let length = 0;
  for (const chunk of revocationEntries(sql, authorityId, listing)) length += chunk.length;
  return length;
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
  for (const chunk of chunks(sql, authorityId, [0, 0], AS_JSON)) yield* revocationsIn(chunk, authorityId);
}

const revocationsIn = (chunk: SqlRow, authorityId: string): Revocation[] =>
  (JSON.parse(chunk.rows as string) as JsonRow[]).map(([serial, revokedAt, reason, invalid, notAfter]) => ({
    serial,
    authorityId,
    revokedAt: toDate(revokedAt),
    reason,
    ...(invalid === null ? {} : { invalidityDate: toDate(invalid) }),
    notAfter: toDate(notAfter),
  }));

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
