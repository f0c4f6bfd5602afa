// Declares the document of `tick`, and the lines of an action and of a failure.
// `svcauth schema` prints their schemas; the view takes their types only.
import { CHECK_RESULT } from '../../monitoring/view/documents.ts';
import {
  caId,
  decimal,
  documentSchema,
  flag,
  instant,
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

const AT = instant('time of the tick');
const DRY_RUN = flag('the actions are planned only');

const ACTION_FIELDS = {
  action: oneOf('permanent name of the action', [
    'bundle-written',
    'overlap-ended',
    'revocations-adopted',
    'crl-signed',
    'published',
    'access-restricted',
    'ca-certificate-written',
    'rotation-prepared',
    'rotation-published',
    'rotation-activated',
    'rotation-draining',
    'rotation-retired',
    'renewed',
    'deployed',
    'deployment-pending',
    'anchors-updated',
    'reloaded',
  ]),
  service: optional(serviceName()),
  ca: optional(caId()),
  directory: optional(path('directory that was published to')),
  path: optional(path('file of the home whose permissions were restricted')),
  consumer: optional(text('name or command of the program that was reloaded')),
  serial: optional(serial()),
  number: optional(decimal('CRL number')),
  notAfter: optional(instant('expiry of the new certificate or CA')),
  nextUpdate: optional(instant('expiry of the new CRL')),
  detail: optional(text('the reason, or a count of what changed')),
};

const FAILURE_FIELDS = {
  part: text('name of the part of the tick that failed'),
  code: matching('error code', '^ERR_[A-Z0-9_]+$'),
  message: text('message of the error'),
};

export const TICK = documentSchema('tick', 'the actions of a tick, its failures, its check', {
  at: AT,
  dryRun: DRY_RUN,
  changed: flag('an action changed something'),
  actions: list('the actions in order', object('an action', ACTION_FIELDS)),
  failures: list('the failures in order', object('a failure of one part; the other parts ran', FAILURE_FIELDS)),
  check: optional(object('the check after the tick; absent with --dry-run and if it failed', CHECK_RESULT)),
});

export const ACTION = documentSchema('action', 'an action of a tick', { at: AT, dryRun: DRY_RUN, ...ACTION_FIELDS });

export const FAILURE = documentSchema('failure', 'a failure of one part of a tick', {
  at: AT,
  dryRun: DRY_RUN,
  ...FAILURE_FIELDS,
});
