// Declares the documents of `crl publish` and `crl verify`, and their lines of `-o jsonl`: a directory, a finding.
// `svcauth schema` prints their schemas; the views take their types only.
import { PUBLISHED } from '../../view/documents.ts';
import {
  count,
  decimal,
  documentSchema,
  flag,
  instant,
  caId,
  list,
  matching,
  object,
  oneOf,
  optional,
  path,
  serial,
  serviceName,
  text,
} from '../../view/document-schema.ts';

const NOT_LOOKED_AT = 'absent when the directory could not be published';

const DIRECTORY = {
  directory: path('published directory'),
  changed: flag('a file was changed'),
  crls: optional(
    list(
      `CRLs of public/, ${NOT_LOOKED_AT}`,
      object('a CRL', {
        ca: caId(),
        number: decimal('CRL number'),
        nextUpdate: instant('expiry of the CRL'),
      }),
    ),
  ),
  files: optional(
    list(
      `files in the order of writing, ${NOT_LOOKED_AT}`,
      object('a file', {
        name: path('path of the file below the directory'),
        action: oneOf('action for the file; keep: it has anchors of another PKI; link: former name of a directory', [
          'new',
          'replace',
          'same',
          'keep',
          'remove',
          'link',
        ]),
        target: optional(path('target of a link, relative to its directory')),
      }),
    ),
  ),
  code: optional(matching('error code that says why nothing was published there', '^ERR_[A-Z_]+$')),
};

const DRY_RUN = flag('nothing was changed');

export const PUBLICATION = documentSchema('publication', 'the result for one published directory', {
  dryRun: DRY_RUN,
  ...DIRECTORY,
});

export const CRL_PUBLISH = documentSchema('crl-publish', 'the result for each published directory', {
  published: PUBLISHED,
  dryRun: DRY_RUN,
  changed: flag('a file was changed'),
  directories: list('the published directories', object('a published directory', DIRECTORY)),
});

const FINDING = {
  ca: text('id of the CA; all: the finding concerns the whole directory'),
  name: matching('permanent name of the finding', '^[a-z-]+$'),
  severity: oneOf('severity; integrity: files and manifest contradict each other', [
    'warning',
    'critical',
    'integrity',
  ]),
  message: text('the problem and its effect'),
  serial: optional(serial('serial number of the certificate that the finding is about')),
  leaves: optional(
    list(
      'certificates that get the wrong answer, the first ten of them',
      object('a certificate', { service: serviceName(), serial: serial() }),
    ),
  ),
  count: optional(count('number of certificates that get the wrong answer')),
  remedy: optional(text('command that repairs it')),
};

export const CRL_FINDING = documentSchema('crl-finding', 'a finding about published CRLs', FINDING);

export const CRL_VERIFY = documentSchema('crl-verify', 'the findings about a published directory', {
  at: instant('time that the answer is for'),
  directory: path('published directory'),
  crls: list(
    'CRL of each CA that has to publish one',
    object('a CRL', {
      ca: caId(),
      number: optional(decimal('CRL number; absent when no CRL can be read')),
      nextUpdate: optional(instant('expiry of the CRL')),
      entryCount: optional(count('number of revoked certificates in the CRL')),
    }),
  ),
  certificateCount: count('number of certificates that were verified with these files'),
  findings: list('the findings; empty: everything is as it should be', object('a finding', FINDING)),
});
