// Creates the tables, indexes and triggers of manifest.db, and upgrades a file that an older svcauth wrote.
// `connection.ts` calls it whenever it makes or opens a manifest.
import { failure } from '../../errors/error.ts';
import { VERSION } from '../../version.ts';
import type { Sql } from './sqlite.ts';

/**
 * Steps that make the format of manifest.db. Step n changes it to `user_version` n. A step that was released is never edited; a
 * change is a new step at the end. Times are unix seconds, serials the magnitude's octets, `spec` and `detail` canonical JSON.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE authorities (
    id TEXT PRIMARY KEY,
    tier TEXT NOT NULL CHECK (tier IN ('root', 'issuing')),
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    key_algorithm TEXT NOT NULL,
    key_location TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    der BLOB, serial BLOB, issuer_id TEXT, not_before INTEGER, not_after INTEGER,
    CHECK ((der IS NULL) = (serial IS NULL) AND (der IS NULL) = (issuer_id IS NULL)
      AND (der IS NULL) = (not_before IS NULL) AND (der IS NULL) = (not_after IS NULL))
  ) STRICT;

  CREATE TABLE services (
    name TEXT PRIMARY KEY,
    spec TEXT NOT NULL,
    current_serial BLOB REFERENCES certificates (serial)
  ) STRICT;

  CREATE TABLE certificates (
    id INTEGER PRIMARY KEY,
    serial BLOB NOT NULL UNIQUE,
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    service TEXT NOT NULL REFERENCES services (name),
    state TEXT NOT NULL CHECK (state IN ('intent', 'current', 'superseded', 'revoked')),
    spiffe_id TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    tbs_sha256 BLOB NOT NULL CHECK (length(tbs_sha256) = 32),
    key_source TEXT NOT NULL CHECK (key_source IN ('generated', 'csr', 'file')),
    issued_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX certificates_by_service ON certificates (service);
  CREATE INDEX certificates_by_spiffe_id ON certificates (spiffe_id);
  CREATE INDEX certificates_by_expiry ON certificates (not_after) WHERE state IN ('current', 'superseded');
  CREATE INDEX intents ON certificates (id) WHERE state = 'intent';

  -- apart, so that an intent need not grow and a look at the dates does not read them
  CREATE TABLE encodings (certificate_id INTEGER PRIMARY KEY REFERENCES certificates (id), der BLOB NOT NULL) STRICT;

  -- in the order of a CRL: numeric, so by length first; last_crl is the newest CRL at the time: it does not list this one
  CREATE TABLE revocations (
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    serial_length INTEGER NOT NULL,
    serial BLOB NOT NULL,
    revoked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    invalidity_date INTEGER,
    not_after INTEGER NOT NULL,
    last_crl INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (authority_id, serial_length, serial)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX revocations_by_expiry ON revocations (authority_id, not_after);

  CREATE TABLE crls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    number TEXT NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    entry_count INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
  ) STRICT;
  CREATE INDEX crls_by_authority ON crls (authority_id, id);

  CREATE TABLE trust_bundle (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    written_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE deliveries (
    service TEXT PRIMARY KEY REFERENCES services (name),
    serial BLOB NOT NULL REFERENCES certificates (serial),
    directory TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered')),
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX pending_deliveries ON deliveries (service) WHERE state = 'pending';

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_is_never_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `,
  `
  -- canonical JSON; NULL: nothing of its own
  ALTER TABLE services ADD COLUMN upkeep TEXT;
  -- 1: its current certificate is revoked
  ALTER TABLE services ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
  UPDATE services SET revoked = 1
    WHERE current_serial IN (SELECT serial FROM certificates WHERE state = 'revoked');
  CREATE INDEX revoked_services ON services (name) WHERE revoked = 1;
  CREATE INDEX uncertified_services ON services (name) WHERE current_serial IS NULL;
  CREATE INDEX services_with_threshold ON services (name) WHERE upkeep ->> '$.renewal.threshold' IS NOT NULL;
  CREATE INDEX services_with_overlap ON services (name) WHERE upkeep ->> '$.renewal.overlap' IS NOT NULL;

  -- of a superseded one: when a successor was first delivered
  ALTER TABLE certificates ADD COLUMN replaced_at INTEGER;
  CREATE INDEX current_certificates ON certificates (authority_id, not_after, not_before) WHERE state = 'current';
  CREATE INDEX superseded_certificates ON certificates (not_after) WHERE state = 'superseded';

  ALTER TABLE deliveries ADD COLUMN deployed_serial BLOB;
  ALTER TABLE deliveries ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deliveries ADD COLUMN problem TEXT;
  UPDATE deliveries SET deployed_serial = serial WHERE state = 'delivered';
  UPDATE certificates SET replaced_at = d.updated_at
    FROM deliveries d WHERE d.service = certificates.service AND d.state = 'delivered' AND certificates.state = 'superseded';

  CREATE TABLE hook_runs (
    service TEXT NOT NULL REFERENCES services (name),
    hook INTEGER NOT NULL,
    argv TEXT NOT NULL,
    serial BLOB NOT NULL,
    at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'timed-out')),
    output TEXT NOT NULL,
    PRIMARY KEY (service, hook)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE further_certificates (
    serial BLOB PRIMARY KEY,
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    issuer_id TEXT NOT NULL REFERENCES authorities (id),
    der BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rotations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tier TEXT NOT NULL CHECK (tier IN ('root', 'issuing')),
    from_id TEXT NOT NULL REFERENCES authorities (id),
    to_id TEXT NOT NULL REFERENCES authorities (id),
    cross_signing TEXT NOT NULL,
    soak INTEGER NOT NULL,
    required_acks TEXT NOT NULL,
    prepared_at INTEGER NOT NULL,
    self_test BLOB,
    published_at INTEGER,
    published_sequence INTEGER,
    activated_at INTEGER,
    draining_since INTEGER,
    ended_at INTEGER,
    outcome TEXT CHECK (outcome IN ('retired', 'rolled-back')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
  ) STRICT;
  -- one at a time in each tier
  CREATE UNIQUE INDEX open_rotations ON rotations (tier) WHERE ended_at IS NULL;
  CREATE INDEX rotations_by_successor ON rotations (to_id);

  CREATE TABLE acknowledgements (
    verifier TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('hand', 'probe'))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE presigned_crls (
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    this_update INTEGER NOT NULL,
    number TEXT NOT NULL,
    next_update INTEGER NOT NULL,
    entry_count INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    der BLOB NOT NULL,
    PRIMARY KEY (authority_id, this_update)
  ) STRICT, WITHOUT ROWID;

  -- a series that was given up: its highest number, which somebody may have all the same; and what would replace it
  CREATE TABLE void_crl_series (
    authority_id TEXT PRIMARY KEY REFERENCES authorities (id),
    number TEXT NOT NULL,
    every INTEGER, until INTEGER,
    CHECK ((every IS NULL) = (until IS NULL))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE peer_bundles (
    trust_domain TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    sequence INTEGER,
    added_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- 1: everything but a hook was done; rows of before say so only in words
  ALTER TABLE deliveries ADD COLUMN hook_failed INTEGER NOT NULL DEFAULT 0;
  UPDATE deliveries SET hook_failed = 1 WHERE state = 'pending' AND problem GLOB 'hook [0-9]* ("*';
  `,
  `
  -- one term: deployment. The state is in a CHECK, so the rows move to a new table
  CREATE TABLE deployments (
    service TEXT PRIMARY KEY REFERENCES services (name),
    serial BLOB NOT NULL REFERENCES certificates (serial),
    directory TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'deployed')),
    updated_at INTEGER NOT NULL,
    deployed_serial BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    hook_failed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO deployments
    SELECT service, serial, directory, CASE state WHEN 'delivered' THEN 'deployed' ELSE state END, updated_at,
      deployed_serial, attempts, problem, hook_failed
    FROM deliveries;
  DROP TABLE deliveries;
  CREATE INDEX pending_deployments ON deployments (service) WHERE state = 'pending';
  `,
  `
  -- what each run of publishing found: anchors is {"<sha256>": since}, crls is {"<CA>": ["<number>", since]}
  CREATE TABLE publications (
    directory TEXT PRIMARY KEY,
    tried_at INTEGER NOT NULL,
    succeeded_at INTEGER,
    problem_code TEXT, problem TEXT, failing_since INTEGER,
    bundle_sequence INTEGER,
    anchors TEXT NOT NULL,
    crls TEXT NOT NULL,
    CHECK ((problem_code IS NULL) = (problem IS NULL) AND (problem_code IS NULL) = (failing_since IS NULL))
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- a certificate that begins in the future was issued by a wrong clock, and is due
  CREATE INDEX current_certificates_by_begin ON certificates (not_before, service) WHERE state = 'current';
  `,
  `
  -- the trust that verifiers got from the published directories, and what each program has loaded of it
  CREATE TABLE trust_states (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seen_at INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    bundle_sequence INTEGER NOT NULL,
    crls TEXT NOT NULL
  ) STRICT;
  CREATE TABLE consumers (
    id TEXT PRIMARY KEY,
    loaded_state INTEGER REFERENCES trust_states (id),
    loaded_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    output TEXT,
    claimed_state INTEGER,
    claimed_until INTEGER,
    CHECK ((loaded_state IS NULL) = (loaded_at IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE progress (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  ALTER TABLE deployments ADD COLUMN loaded_state INTEGER;
  -- grows with every change, so that the result of a hook is recorded only for the row it ran for
  ALTER TABLE deployments ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deployments ADD COLUMN claimed_until INTEGER;
  -- 1: only the anchors changed, and programs are reloaded as consumers
  ALTER TABLE deployments ADD COLUMN trust_only INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- 'policy': a foreign CA below a foreign root; the CHECK of tier knows two values, so such a row has the tier 'root'
  ALTER TABLE authorities ADD COLUMN role TEXT CHECK (role IN ('policy'));
  `,
  `
  -- deployed files as svcauth last wrote or saw them; facts: [[[path, size, changed, inode]], sha256 of chain.pem, of ca.crt].
  -- A number and no name as the key: a check takes a range of them
  CREATE TABLE file_facts (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL UNIQUE REFERENCES services (name),
    facts TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX file_facts_by_age ON file_facts (seen_at);
  INSERT INTO file_facts (service, facts, seen_at) SELECT service, '[[],null,null]', 0 FROM deployments ORDER BY service;

  CREATE TABLE key_files (
    authority_id TEXT PRIMARY KEY REFERENCES authorities (id),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX csr_certificates ON certificates (not_after) WHERE state = 'current' AND key_source = 'csr';
  `,
  `
  CREATE INDEX services_with_address ON services (name) WHERE upkeep ->> '$.listen' IS NOT NULL;
  -- the last probe of each declared address; the serial is text: a server can send that of another PKI
  CREATE TABLE served (
    service TEXT NOT NULL REFERENCES services (name),
    address TEXT NOT NULL,
    tried_at INTEGER NOT NULL,
    seen_at INTEGER, serial TEXT, chain TEXT,
    refusal_severity TEXT, refusal TEXT,
    problem_code TEXT, problem TEXT, failing_since INTEGER,
    PRIMARY KEY (service, address),
    CHECK ((seen_at IS NULL) = (chain IS NULL) AND (refusal IS NULL) = (refusal_severity IS NULL)),
    CHECK ((problem_code IS NULL) = (problem IS NULL) AND (problem_code IS NULL) = (failing_since IS NULL))
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- when the bundle was last given, changed or not
  ALTER TABLE peer_bundles ADD COLUMN fetched_at INTEGER;
  `,
  `
  -- the last attempt of tick to rotate the CA of a tier; obstacle: keys or gate
  CREATE TABLE rotation_upkeep (
    tier TEXT PRIMARY KEY CHECK (tier IN ('root', 'issuing')),
    at INTEGER NOT NULL,
    opened_at INTEGER,
    obstacle TEXT CHECK (obstacle IN ('keys', 'gate')),
    since INTEGER,
    problem TEXT,
    remedy TEXT
  ) STRICT, WITHOUT ROWID;
  `,
];

/**
 * Brings a file of format 1 to the schema of step 1. Manifests of before its release have a column more without a default, so no CA could
 * be added to them.
 */
const REPAIRS: readonly { readonly format: number; readonly column: string; readonly repair: string }[] = [
  { format: 1, column: 'crl_lifetime', repair: 'ALTER TABLE authorities DROP COLUMN crl_lifetime' },
];

/** Returns the version of the format, or 0 for a file that is not a manifest. */
export const formatVersion = (sql: Sql): number => Number(sql.get('PRAGMA user_version')?.user_version);

/** Refuses a format newer than this program, and leaves the file untouched. Returns the version of the format. */
export function requireKnownFormat(sql: Sql, known: number = MIGRATIONS.length): number {
  const found = formatVersion(sql);
  if (found <= known) return found;
  const writtenBy = sql.get(`SELECT value FROM meta WHERE key = 'written_by'`)?.value as string;
  throw failure('ERR_MANIFEST_NEWER', { path: sql.path, found, known, writtenBy });
}

/**
 * Upgrades the format in one transaction; refuses a format newer than this program, and leaves the file untouched. `record` writes
 * in the same transaction, in the new format.
 */
export function migrate(sql: Sql, migrations: readonly string[] = MIGRATIONS, record?: (from: number) => void): void {
  if (requireKnownFormat(sql, migrations.length) === migrations.length) return;
  sql.exec('BEGIN IMMEDIATE');
  try {
    // another process may have upgraded it meanwhile
    const found = formatVersion(sql);
    for (const { repair } of repairsOf(sql)) sql.exec(repair);
    for (const step of migrations.slice(found)) sql.exec(step);
    if (found < migrations.length) {
      sql.run(`INSERT OR REPLACE INTO meta (key, value) VALUES ('written_by', ?)`, VERSION);
      sql.exec(`PRAGMA user_version = ${migrations.length}`);
      record?.(found);
    }
    sql.exec('COMMIT');
  } catch (cause) {
    // SQLite has already rolled back after a full disk
    if (sql.inTransaction()) sql.exec('ROLLBACK');
    throw cause;
  }
}

/** Returns the repairs that a file needs before its next step. */
export const repairsOf = (sql: Sql) =>
  REPAIRS.filter(
    ({ format, column }) =>
      format === formatVersion(sql) &&
      sql.get(`SELECT 1 AS found FROM pragma_table_info('authorities') WHERE name = ?`, column) !== undefined,
  );
