// Declares the documents of `audit log` and `audit verify`, and the line of one record.
// `svcauth schema` prints their schemas; the views take their types only.
import {
  count,
  documentSchema,
  flag,
  instant,
  list,
  map,
  matching,
  object,
  optional,
  sha256,
  text,
} from '../../view/document-schema.ts';

const RECORD = {
  sequence: count('number of the record, from 1 on without gaps'),
  at: instant('time of the change'),
  actor: text('user and host that made the change'),
  // a log keeps the names that earlier versions wrote
  action: matching('kind of the change, like certificate.issued', '^[a-z-]+[.][a-z-]+$'),
  subject: text('name of what was changed: a service, or the id of a CA'),
  detail: map('facts of the change by name', text('one fact')),
  previousHash: sha256('hash of the record before; 64 zeros in the first record'),
  hash: sha256('SHA-256 of the canonical form of this record'),
};

export const AUDIT_RECORD = documentSchema('audit-record', 'a record of the audit log', RECORD);

export const AUDIT_LOG = documentSchema('audit-log', 'the selected records of the audit log', {
  records: list('the records in their order', object('a record of the audit log', RECORD)),
});

export const AUDIT_VERIFY = documentSchema('audit-verify', 'the result of checking the hash chain', {
  intact: flag('every record follows from the record before'),
  count: count('number of sound records, from the first on'),
  head: sha256('hash of the last sound record; keep it elsewhere for --expect-head'),
  broken: optional(
    object('the first record that breaks the chain', {
      sequence: count('number of the record'),
      problem: text('fault of the record'),
    }),
  ),
});
