-- A manifest of the first format, dumped when it was released. Never edited.
PRAGMA foreign_keys=OFF;
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
INSERT INTO "audit" VALUES(1,1795219200,'ops@ca.example.org','authority.created','issuing-g1','{"keyAlgorithm":"ecdsa-p256"}',X'0000000000000000000000000000000000000000000000000000000000000000',X'2B125FD1302D76EFE7D642DB2BCE89146378102FEC1CB9F15B3BEDD1694C2C7D');
INSERT INTO "audit" VALUES(2,1795219200,'ops@ca.example.org','certificate.issued','payments','{"serial":"40000000000000000000000000000001"}',X'2B125FD1302D76EFE7D642DB2BCE89146378102FEC1CB9F15B3BEDD1694C2C7D',X'D1C1C0F92D834C8C7F5586F21689F347AB2227619DE8ED7689040B212860ABB8');
CREATE TABLE authorities (
    id TEXT PRIMARY KEY,
    tier TEXT NOT NULL CHECK (tier IN ('root', 'issuing')),
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    key_algorithm TEXT NOT NULL,
    key_location TEXT NOT NULL,
    crl_lifetime INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    der BLOB, serial BLOB, issuer_id TEXT, not_before INTEGER, not_after INTEGER,
    CHECK ((der IS NULL) = (serial IS NULL) AND (der IS NULL) = (issuer_id IS NULL)
      AND (der IS NULL) = (not_before IS NULL) AND (der IS NULL) = (not_after IS NULL))
  ) STRICT;
INSERT INTO "authorities" VALUES('issuing-g1','issuing',1,'active','ecdsa-p256','file',1209600,1795219200,X'3000',X'0A','root-g1',1795219200,1826755200);
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
INSERT INTO "certificates" VALUES(1,X'40000000000000000000000000000001','issuing-g1','payments','revoked','spiffe://example.org/payments',1795219200,1797811200,X'0000000000000000000000000000000000000000000000000000000000000001','generated',1795219200);
INSERT INTO "certificates" VALUES(2,X'40000000000000000000000000000002','issuing-g1','payments','current','spiffe://example.org/payments',1795219200,1797811200,X'0000000000000000000000000000000000000000000000000000000000000002','generated',1795219200);
CREATE TABLE crls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    number TEXT NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    entry_count INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
  ) STRICT;
INSERT INTO "crls" VALUES(1,'issuing-g1','17',1795219200,1796428800,0,X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB');
CREATE TABLE deliveries (
    service TEXT PRIMARY KEY REFERENCES services (name),
    serial BLOB NOT NULL REFERENCES certificates (serial),
    directory TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered')),
    updated_at INTEGER NOT NULL
  ) STRICT;
CREATE INDEX pending_deliveries ON deliveries (service) WHERE state = 'pending';
INSERT INTO "deliveries" VALUES('payments',X'40000000000000000000000000000002','/srv/payments','delivered',1795219201);
CREATE TABLE encodings (certificate_id INTEGER PRIMARY KEY REFERENCES certificates (id), der BLOB NOT NULL) STRICT;
INSERT INTO "encodings" VALUES(1,X'63657274696669636174652031');
INSERT INTO "encodings" VALUES(2,X'63657274696669636174652032');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('created_at','1795219200');
INSERT INTO "meta" VALUES('name','Example');
INSERT INTO "meta" VALUES('trust_domain','example.org');
INSERT INTO "meta" VALUES('written_by','0.1.0');
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
INSERT INTO "revocations" VALUES('issuing-g1',16,X'40000000000000000000000000000001',1795219260,'superseded',NULL,1797811200,1,X'302F021040000000000000000000000000000001170D3236313132313030303130305A300C300A0603551D1504030A0104');
CREATE TABLE services (
    name TEXT PRIMARY KEY,
    spec TEXT NOT NULL,
    current_serial BLOB REFERENCES certificates (serial)
  ) STRICT;
INSERT INTO "services" VALUES('payments','{"dns":["payments.example.org"],"ip":["127.0.0.1"],"keyAlgorithm":"ecdsa-p256","profile":"svid","spiffeId":"spiffe://example.org/payments","tags":{"env":"prod","team":"a"},"ttl":2592000}',X'40000000000000000000000000000002');
CREATE TABLE trust_bundle (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    written_at INTEGER NOT NULL
  ) STRICT;
INSERT INTO "trust_bundle" VALUES(1,1,X'CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD',1795219200);
CREATE INDEX certificates_by_service ON certificates (service);
CREATE INDEX certificates_by_spiffe_id ON certificates (spiffe_id);
CREATE INDEX certificates_by_expiry ON certificates (not_after) WHERE state IN ('current', 'superseded');
CREATE INDEX intents ON certificates (id) WHERE state = 'intent';
CREATE INDEX revocations_by_expiry ON revocations (authority_id, not_after);
CREATE INDEX crls_by_authority ON crls (authority_id, id);
CREATE TRIGGER audit_is_never_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
PRAGMA user_version=1;
