// Declares the documents of `ca taint` and `drill ca-compromise`.
// `svcauth schema` prints their schemas; the views take their types only.
import { PUBLISHED } from '../../view/documents.ts';
import {
  caId,
  count,
  decimal,
  documentSchema,
  flag,
  instant,
  list,
  object,
  oneOf,
  optional,
  path,
  serial,
  serviceName,
  text,
} from '../../view/document-schema.ts';

export const CA_TAINT = documentSchema('ca-taint', 'a CA that is marked as compromised', {
  published: PUBLISHED,
  dryRun: flag('nothing was changed'),
  ca: caId(),
  changed: flag('the CA was tainted or its certificate was revoked'),
  state: oneOf('state of the CA; with --dry-run before the change', [
    'pending',
    'prepared',
    'active',
    'draining',
    'retired',
    'tainted',
  ]),
  revoked: list(
    'certificates of the CA that are revoked',
    object('a revoked certificate', { serial: serial(), issuedBy: caId('id of the CA that issued and revokes it') }),
  ),
  certificateCount: count('number of valid certificates that it issued and that have to be replaced'),
  lastNotAfter: optional(instant('latest expiry of these certificates')),
  crls: list(
    'CRLs that were signed with the revocation',
    object('a CRL', { ca: caId(), number: decimal('CRL number'), nextUpdate: instant('expiry of the CRL') }),
  ),
  awaited: list('CAs whose next CRL must contain the revocation; their keys are not in the home', caId()),
});

const ACTION = oneOf('action of the step', [
  'taint',
  'prepare',
  'publish',
  'distribute',
  'activate',
  'drain',
  'deploy',
  'renew',
  'revoke',
  'sign',
  'announce',
  'retire',
  'notify',
]);
const purpose = () => text('purpose of the step');

export const DRILL_CA_COMPROMISE = documentSchema('drill-ca-compromise', 'the recovery plan for a compromised CA key', {
  ca: caId('id of the CA whose key is compromised'),
  stake: list('facts about the damage that an attacker can cause', text('one fact')),
  steps: list(
    'steps in their order',
    object('a step', {
      action: ACTION,
      command: optional(text('command of the step; absent if the operator acts without one')),
      purpose: purpose(),
    }),
  ),
});

const CRL_FINDING = object('a finding about the published files', {
  ca: text('id of a CA, or all'),
  name: text('permanent name of the finding'),
  severity: oneOf('severity', ['warning', 'critical', 'integrity']),
  message: text('the finding in words'),
  serial: optional(serial()),
  leaves: optional(
    list(
      'certificates with a wrong verdict, the first of them',
      object('a certificate', { service: serviceName(), serial: serial() }),
    ),
  ),
  count: optional(count('number of certificates with a wrong verdict')),
  remedy: optional(text('command that corrects it')),
});

export const DRILL_CA_COMPROMISE_SANDBOX = documentSchema(
  'drill-ca-compromise-sandbox',
  'a rehearsal of the recovery plan on a copy',
  {
    ca: caId('id of the CA whose key is compromised'),
    at: instant('time of the rehearsal'),
    home: path('home that was copied'),
    keptAt: optional(path('directory of the copy, with --keep')),
    hooks: count('number of hooks that were not run'),
    unread: list('services whose own directory cannot be read', serviceName()),
    took: count('duration of all steps in milliseconds'),
    issued: count('number of certificates that were issued'),
    steps: list(
      'steps in their order',
      object('a step and its result', {
        action: ACTION,
        purpose: purpose(),
        took: count('duration in milliseconds'),
        gates: optional(list('closed gates that were forced', text('name of a gate'))),
        issued: optional(count('number of certificates that were issued')),
        services: optional(count('number of services with new files')),
        published: optional(
          object('files that were published', {
            files: count('number of files'),
            bytes: count('number of bytes'),
          }),
        ),
        awaited: optional(list('CAs whose next CRL must contain the revocation', caId())),
        problems: optional(list('failures of the step', text('one failure'))),
      }),
    ),
    proof: object('verdict on the published files of the copy after the last step', {
      certificates: count('number of certificates that were verified'),
      findings: list('findings about the published files', CRL_FINDING),
      crls: list(
        'published CRLs',
        object('a CRL', {
          ca: caId(),
          number: optional(decimal('CRL number')),
          nextUpdate: optional(instant('expiry of the CRL')),
          entryCount: optional(count('number of revoked certificates in the CRL')),
        }),
      ),
    }),
  },
);
