// Declares the documents of the `crl` commands and of `revoke`, their lines, and the file public/index.json.
// `svcauth schema` prints their schemas; the views take their types only.
import { PUBLISHED } from '../../view/documents.ts';
import { CRL_REASONS, type CrlReason } from '../../pki/crl/revocation-reason.ts';
import { CRL_REFRESH_WORDS, type CrlRefreshReason } from '../rules/schedule.ts';
import {
  caId,
  count,
  decimal,
  documentSchema,
  flag,
  hex,
  instant,
  list,
  matching,
  object,
  oneOf,
  optional,
  path,
  serial,
  serviceName,
  sha256,
  spiffeId,
  text,
} from '../../view/document-schema.ts';

const HEADER = {
  number: decimal('CRL number'),
  thisUpdate: instant('time of issue'),
  nextUpdate: instant('expiry; from this second on the CRL is stale'),
};
const SIGNED = {
  ...HEADER,
  entryCount: count('number of revoked certificates in the CRL'),
  sha256: sha256('SHA-256 of the DER'),
};
const DRY_RUN = flag('nothing was changed: it is a plan');
const CHANGED = flag('something was changed');
const REASONS = list(
  'reasons to make the CRL, the most important first',
  oneOf('a reason', Object.keys(CRL_REFRESH_WORDS) as CrlRefreshReason[]),
);

const ENTRY = {
  serial: serial('serial number of the revoked certificate, lower-case hex'),
  revokedAt: instant('time of the revocation'),
  reason: text('revocation reason, RFC 5280 section 5.3.1'),
  invalidityDate: optional(instant('time from which the certificate is invalid, RFC 5280 section 5.3.2')),
};
const ENTRY_OBJECT = object('an entry of a CRL', ENTRY);
const ENTRIES = list('entries of the CRL, in its order', ENTRY_OBJECT);

const SHOWN = {
  file: path('CRL file, relative to the home if it is in public/; - for standard input'),
  ca: optional(caId('id of the CA; absent for a CRL that was read from a file')),
  version: count('version of the CRL format, 1 or 2'),
  issuer: text('issuer of the CRL, RFC 4514'),
  keyId: optional(hex('authority key identifier of the CRL')),
  number: optional(decimal('CRL number')),
  thisUpdate: instant('time of issue'),
  nextUpdate: optional(instant('expiry; from this second on the CRL is stale')),
  validity: oneOf('state at the time of the answer', ['valid', 'stale', 'not yet valid']),
  entryCount: count('number of revoked certificates in the CRL'),
  signatureAlgorithm: text('name or OID of the signature algorithm'),
  delta: optional(flag('it is a delta CRL, RFC 5280 section 5.2.4')),
  scope: optional(
    object('issuing distribution point, RFC 5280 section 5.2.5', {
      named: flag('it names a distribution point'),
      uris: list('URIs of the distribution point', text('a URI')),
      onlyContainsUserCerts: flag('it covers only end-entity certificates'),
      onlyContainsCACerts: flag('it covers only CA certificates'),
      onlySomeReasons: flag('it covers only some revocation reasons'),
      indirectCRL: flag('it may list certificates of other CAs'),
      onlyContainsAttributeCerts: flag('it covers only attribute certificates'),
    }),
  ),
  otherExtensions: optional(list('further extensions', text('name or OID of an extension'))),
  sha256: hex('SHA-256 of the DER'),
  presigned: optional(
    list(
      'presigned CRLs that are not released yet',
      object('a presigned CRL', { ...HEADER, sha256: sha256('SHA-256 of the DER') }),
    ),
  ),
};

export const CRL_SHOW = documentSchema('crl-show', 'CRLs with their entries', {
  at: instant('time that the answer is for'),
  crls: list('the CRLs, in the order of their CAs', object('a CRL', { ...SHOWN, entries: ENTRIES })),
});

export const CRL = documentSchema('crl', 'a CRL; lines of its entries follow', SHOWN);

export const CRL_ENTRY = documentSchema('crl-entry', 'an entry of the CRL of an earlier line', ENTRY);

const ACTION = {
  ca: caId(),
  action: oneOf(
    'action; sign: a new CRL, release: a presigned CRL, keep: not due, key-away: due, but the key is not in the home',
    ['keep', 'sign', 'release', 'key-away'],
  ),
  reasons: REASONS,
  code: optional(matching('error code that says why no CRL was made; the CA keeps the CRL below', '^ERR_[A-Z_0-9]+$')),
  number: optional(decimal('CRL number; absent while the CA has no CRL')),
  thisUpdate: optional(instant('time of issue')),
  nextUpdate: optional(instant('expiry; from this second on the CRL is stale')),
  entryCount: count('number of revoked certificates in the CRL'),
};

export const CRL_REFRESH = documentSchema('crl-refresh', 'the action for the CRL of each CA', {
  published: PUBLISHED,
  dryRun: DRY_RUN,
  changed: flag('a file in public/ was changed'),
  crls: list('the CAs that need a CRL, root first', object('a CA and its CRL', ACTION)),
});

export const CRL_ACTION = documentSchema('crl-action', 'the action for the CRL of one CA', ACTION);

const DIFFERENCE = {
  file: text('name of the file in both directories, or the two files that were compared'),
  only: optional(oneOf('the only side that has this file', ['before', 'after'])),
  identical: optional(flag('both CRLs have the same bytes')),
  fields: optional(
    list(
      'header fields that differ',
      object('a field', {
        field: oneOf('name of the field', ['issuer', 'number', 'thisUpdate', 'nextUpdate']),
        before: text('its value before'),
        after: text('its value after'),
      }),
    ),
  ),
  added: optional(list('entries that only the CRL after has', ENTRY_OBJECT)),
  removed: optional(list('entries that only the CRL before has', ENTRY_OBJECT)),
  changed: optional(
    list('entries that differ', object('an entry in both', { before: ENTRY_OBJECT, after: ENTRY_OBJECT })),
  ),
};

export const CRL_DIFF = documentSchema('crl-diff', 'the differences of two CRLs or of two directories', {
  crls: list('the CRLs by the name of their file', object('a comparison', DIFFERENCE)),
});

export const CRL_DIFFERENCE = documentSchema('crl-difference', 'the differences of two CRLs', DIFFERENCE);

export const CRL_IMPORT = documentSchema('crl-import', 'a CRL that was imported', {
  published: PUBLISHED,
  dryRun: DRY_RUN,
  changed: CHANGED,
  ca: caId(),
  ...SIGNED,
  revokedCas: list('CAs of this PKI that the CRL revokes', caId()),
});

export const CRL_PRESIGN = documentSchema('crl-presign', 'a series of presigned CRLs', {
  dryRun: DRY_RUN,
  changed: CHANGED,
  ca: caId(),
  entryCount: count('number of revoked certificates in each CRL'),
  crls: list('the CRLs of the series; the first is released at once', object('a presigned CRL', HEADER)),
  replaced: list('presigned CRLs of an earlier series that are discarded', object('a presigned CRL', HEADER)),
});

export const REVOKE = documentSchema('revoke', 'the revoked certificates and their new CRLs', {
  published: PUBLISHED,
  dryRun: DRY_RUN,
  reason: oneOf('revocation reason that was requested', Object.keys(CRL_REASONS) as CrlReason[]),
  invalidityDate: optional(instant('time from which the certificates are invalid')),
  certificates: list(
    'the certificates that were named',
    object('a certificate', {
      action: oneOf('action; keep: it was revoked before', ['revoke', 'keep']),
      ca: caId(),
      service: optional(serviceName('name of the service; absent if the manifest lacks the certificate')),
      serial: serial(),
      spiffeId: optional(spiffeId('SPIFFE ID; absent if the manifest lacks the certificate')),
      notAfter: instant('expiry of the certificate'),
    }),
  ),
  stillValid: list(
    'replaced certificates of the same services that are valid and were not named',
    object('a certificate', {
      service: serviceName(),
      serial: serial(),
      notAfter: instant('expiry of the certificate'),
    }),
  ),
  crls: list('the new CRLs', object('a CRL', { ca: caId(), ...SIGNED, reasons: REASONS })),
});

/** The file public/index.json, as `rules/index.ts` writes it. */
export const CRL_INDEX = documentSchema('crl-index', 'the CRLs of a published directory', {
  bundle: path('file with all CRLs, PEM, relative to this index'),
  crls: list(
    'the CRLs, root first',
    object('a CRL', {
      ca: caId(),
      issuer: text('subject of the CA certificate, RFC 4514'),
      keyId: matching('subject key identifier of the CA certificate, lower-case hex', '^([0-9a-f]{2})+$'),
      ...SIGNED,
      crl: path('DER file named .crl, for application/pkix-crl, relative to this index'),
      der: path('the same file named .der'),
      pem: path('PEM file, relative to this index'),
    }),
  ),
});
