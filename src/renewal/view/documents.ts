// Declares the documents of `due` and `renew`, and the line of one service that both print with `-o jsonl`.
// `svcauth schema` prints their schemas; the view takes their types only.
import { ISSUE_REASONS, type IssueReason } from '../../due/rules/reason.ts';
import { CRL_REASONS, type CrlReason } from '../../pki/crl/revocation-reason.ts';
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
} from '../../view/document-schema.ts';

const SERVICE = {
  service: serviceName(),
  serial: optional(
    serial('serial number of the certificate, after a renewal of the new one; absent when there is none'),
  ),
  notAfter: optional(instant('expiry of that certificate')),
  reason: optional(oneOf('reason for a new certificate', Object.keys(ISSUE_REASONS) as IssueReason[])),
  tooLate: optional(instant('opening of the renewal window, which is too late to wait for')),
  until: optional(instant('opening of the renewal window that the service waits for')),
  because: optional(oneOf('reason why the service is skipped', ['csr', 'revoked', 'expired'])),
  revokedFor: optional(oneOf('revocation reason of its certificate', Object.keys(CRL_REASONS) as CrlReason[])),
  code: optional(matching('error code that says why the service cannot be renewed', '^ERR_[A-Z_]+$')),
  directory: optional(path('directory of the new certificate')),
  predecessor: optional(serial('serial number of the certificate that the new one replaces')),
};

const ACTIONS = ['renew', 'deploy', 'wait', 'later', 'leave', 'keep'] as const;
const ACTION = 'step for the service; later: deferred by --max; leave: due but skipped; keep: not due';

const SERVICES = list(
  'services in the order of urgency',
  object('a service and its step', { ...SERVICE, action: oneOf(ACTION, ACTIONS) }),
);

const REVOKED = list(
  'replaced certificates that are revoked because their overlap is over',
  object('a replaced certificate', {
    service: serviceName(),
    serial: serial(),
    notAfter: instant('expiry of the certificate'),
  }),
);

export const RENEWAL = documentSchema('renewal', 'one service or replaced certificate of a renewal', {
  ...SERVICE,
  action: oneOf(`${ACTION}; revoke: a replaced certificate`, [...ACTIONS, 'revoke']),
});

export const DUE = documentSchema('due', 'the services that are due, and why', {
  at: instant('time that the answer is for'),
  due: flag('a renewal would change something, or report a service that it cannot renew'),
  services: SERVICES,
  revoked: REVOKED,
});

export const RENEW = documentSchema('renew', 'the services that were renewed, and why', {
  dryRun: flag('nothing was changed'),
  changed: flag('something was changed'),
  ca: caId('id of the CA that issues the new certificates'),
  services: SERVICES,
  revoked: REVOKED,
  crls: optional(
    list(
      'CRLs that were signed for the revocations; absent with --dry-run',
      object('a CRL', {
        ca: caId(),
        number: decimal('CRL number'),
        nextUpdate: instant('expiry of the CRL'),
      }),
    ),
  ),
});
