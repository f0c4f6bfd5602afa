// Declares the documents of the bundle commands, and their lines of `-o jsonl`: an anchor, a finding, a federated trust domain.
// `svcauth schema` prints their schemas; the views take their types only.
import { PUBLISHED } from '../../view/documents.ts';
import {
  caId,
  count,
  documentSchema,
  flag,
  instant,
  list,
  matching,
  number,
  object,
  oneOf,
  optional,
  path,
  serial,
  sha256,
  text,
  trustDomain,
} from '../../view/document-schema.ts';

const SEQUENCE = count('sequence of the bundle (spiffe_sequence)');
const REFRESH_HINT = count('seconds after which consumers fetch it again (spiffe_refresh_hint)');

const ANCHOR_FIELDS = {
  ca: caId('id of the root CA'),
  state: oneOf('state of the CA', ['pending', 'prepared', 'active', 'draining', 'retired', 'tainted']),
  serial: serial('serial number of the CA certificate, lower-case hex'),
  notBefore: instant('begin of validity'),
  notAfter: instant('expiry; the last second of validity'),
};

export const ANCHOR = documentSchema('anchor', 'a trust anchor of our trust bundle', ANCHOR_FIELDS);

export const BUNDLE_SHOW = documentSchema('bundle-show', 'our trust bundle: sequence and trust anchors', {
  sequence: SEQUENCE,
  refreshHint: REFRESH_HINT,
  anchors: list('the trust anchors', object('a trust anchor', ANCHOR_FIELDS)),
});

export const BUNDLE_WRITE = documentSchema('bundle-write', 'the trust bundle that was written to public/', {
  published: PUBLISHED,
  changed: flag('a file was written or removed'),
  anchorCount: count('number of trust anchors in our bundle'),
  sequence: SEQUENCE,
  files: list('every file of public/ that contains a bundle, changed or not', path('a file')),
});

const labels = (description: string) =>
  list(
    description,
    object('a trust anchor', {
      sha256: sha256('SHA-256 of the certificate'),
      subject: text('subject of the certificate, RFC 4514'),
      notAfter: instant('expiry; the last second of validity'),
    }),
  );

const DIFF = {
  identical: flag('the bundles do not differ'),
  fields: list(
    'sequence and refresh hint, where both bundles have one and they differ',
    object('a field that differs', {
      field: oneOf('name of the field', ['sequence', 'refreshHint']),
      before: number('value before'),
      after: number('value after'),
    }),
  ),
  added: labels('anchors that are only in the bundle after'),
  removed: labels('anchors that are only in the bundle before'),
};

export const BUNDLE_DIFF = documentSchema('bundle-diff', 'the differences between two trust bundles', DIFF);

const FINDING = {
  severity: oneOf('severity; integrity: the file differs from the manifest', ['integrity', 'critical', 'warning']),
  name: matching('permanent name of the finding', '^[a-z-]+$'),
  subject: text('a file, a trust domain or an anchor'),
  message: text('the problem and its effect'),
};

export const BUNDLE_FINDING = documentSchema('bundle-finding', 'a finding about a trust bundle', FINDING);

export const BUNDLE_VERIFY = documentSchema('bundle-verify', 'the findings about a file or all our bundles', {
  at: instant('time that the answer is for'),
  checked: list('files or trust domains that were checked', text('a file, or a trust domain of a map')),
  findings: list('the findings; empty: every bundle is good', object('a finding', FINDING)),
});

const FEDERATED = {
  trustDomain: trustDomain('the federated trust domain'),
  sequence: optional(count('sequence of its bundle; absent in a bundle without one')),
};

export const BUNDLE_FEDERATE = documentSchema('bundle-federate', 'the change to the bundle of a federated domain', {
  published: PUBLISHED,
  dryRun: flag('nothing was changed'),
  change: oneOf('change to the bundle that this PKI holds of the trust domain', ['add', 'replace', 'none']),
  ...FEDERATED,
  diff: object('differences to the bundle that this PKI held before', DIFF),
});

export const BUNDLE_UNFEDERATE = documentSchema('bundle-unfederate', 'the removal of a federated trust domain', {
  published: PUBLISHED,
  dryRun: flag('nothing was changed'),
  change: oneOf('change to the bundle that this PKI holds of the trust domain', ['remove']),
  trustDomain: FEDERATED.trustDomain,
});

const FEDERATED_BUNDLE = {
  ...FEDERATED,
  refreshHint: optional(REFRESH_HINT),
  addedAt: instant('time when this bundle was added'),
  anchors: labels('the trust anchors of the bundle'),
};

export const FEDERATED_TRUST_DOMAIN = documentSchema(
  'federated-trust-domain',
  'a federated trust domain and its bundle',
  FEDERATED_BUNDLE,
);

export const BUNDLE_FEDERATED = documentSchema('bundle-federated', 'the federated trust domains', {
  federated: list('the federated trust domains', object('a federated trust domain', FEDERATED_BUNDLE)),
});
