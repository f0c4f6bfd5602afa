// Declares the documents of `issue` and `apply`, and the line of one service that each prints with `-o jsonl`.
// `svcauth schema` prints their schemas; the views take their types only.
import { ISSUE_REASONS, type IssueReason } from '../../due/rules/reason.ts';
import { PROFILE_NAMES } from '../../pki/certificate/profile-name.ts';
import { CRL_REASONS, type CrlReason } from '../../pki/crl/revocation-reason.ts';
import { KEY_ALGORITHM_NAMES } from '../../pki/key/algorithm.ts';
import {
  caId,
  count,
  decimal,
  documentSchema,
  flag,
  instant,
  list,
  map,
  object,
  oneOf,
  optional,
  path,
  serial,
  serviceName,
  spiffeId,
  text,
} from '../../view/document-schema.ts';

const PLANNED = {
  reason: optional(oneOf('reason for a new certificate', Object.keys(ISSUE_REASONS) as IssueReason[])),
  changes: optional(list('changes of the configuration', text('a change, like dns +pay.example.org'))),
  supersedes: optional(serial('serial number of the certificate that the new one replaces')),
  spiffeId: optional(spiffeId('SPIFFE ID of the new certificate')),
  profile: optional(oneOf('usage of the new certificate', PROFILE_NAMES)),
  dns: optional(list('DNS names of the new certificate', text('a DNS name'))),
  ip: optional(list('IP addresses of the new certificate', text('an IP address'))),
  ttl: optional(count('requested lifetime of the new certificate, in seconds')),
  keyAlgorithm: optional(oneOf('key algorithm of the new certificate', KEY_ALGORITHM_NAMES)),
  tags: optional(map('tags of the service by name', text('value of the tag'))),
  out: optional(path('directory for the files, if it is not the default one')),
};

const DEPLOYMENT = {
  deploymentPending: optional(flag('true: the deployment of the certificate failed and is pending')),
  problem: optional(text('reason why the deployment failed')),
};

const ISSUED_SERVICE = {
  service: serviceName(),
  action: oneOf('issue: a new certificate; deploy: the current one is deployed; keep: no change', [
    'issue',
    'deploy',
    'keep',
  ]),
  ...PLANNED,
  serial: optional(serial('serial number of the new or the current certificate; absent before it is issued')),
  notBefore: optional(instant('begin of validity of the new certificate')),
  notAfter: optional(instant('expiry of the new or the current certificate')),
  ca: optional(caId('id of the CA that issued the new certificate')),
  directory: optional(path('directory with the files of the new certificate')),
  ...DEPLOYMENT,
};

const DRY_RUN = flag('nothing was changed');

export const ISSUE = documentSchema('issue', 'the requested services and their certificates', {
  dryRun: DRY_RUN,
  ca: caId('id of the CA that issues new certificates'),
  services: list('services in the order of the request', object('a service and its certificate', ISSUED_SERVICE)),
});

export const ISSUANCE = documentSchema('issuance', 'one requested service and its certificate', {
  dryRun: DRY_RUN,
  ...ISSUED_SERVICE,
});

const ACTIONS = {
  issue: 'a new certificate',
  update: 'new settings, same certificate',
  deploy: 'the current certificate is deployed',
  wait: 'due, but the renewal window is closed',
  'csr-needed': 'a new certificate needs a new CSR',
  withdrawn: 'skipped: the service was ended by a revocation',
  prune: 'revoked and no longer declared',
  orphan: 'no longer in the file',
  keep: 'no change',
} as const;

type Action = keyof typeof ACTIONS;

const APPLIED_SERVICE = {
  service: serviceName(),
  action: oneOf(
    Object.entries(ACTIONS)
      .map(([action, meaning]) => `${action}: ${meaning}`)
      .join('; '),
    Object.keys(ACTIONS) as Action[],
  ),
  line: optional(count('line of the service in the file, from 1 on')),
  ...PLANNED,
  tooLate: optional(instant('opening of the renewal window, which is too late to wait for')),
  until: optional(instant('opening of the renewal window that the service waits for')),
  revokedFor: optional(oneOf('revocation reason of its certificate', Object.keys(CRL_REASONS) as CrlReason[])),
  deploys: optional(flag('the update writes the files of the service again')),
  serial: optional(serial('serial number of the new or the current certificate; absent before it is issued')),
  notAfter: optional(instant('expiry of that certificate')),
  ...DEPLOYMENT,
};

const FILE = path('services file as the command line names it; - is standard input');

const counted = (description: string) => optional(count(description));

export const APPLY = documentSchema('apply', 'the changes that a services file leads to', {
  dryRun: DRY_RUN,
  file: FILE,
  summary: object('number of services for each action; an action without services is absent', {
    issue: counted('services with a new certificate'),
    update: counted('services with new settings'),
    deploy: counted('services whose current certificate is deployed'),
    wait: counted('services that wait for their renewal window'),
    'csr-needed': counted('services that need a new CSR'),
    withdrawn: counted('services that were ended by a revocation'),
    prune: counted('services that are revoked and no longer declared'),
    orphan: counted('services that are no longer in the file'),
    keep: counted('services without a change'),
    notDeployed: counted('services whose deployment failed'),
    byHand: count('services with a valid certificate that no file declares'),
  }),
  services: list(
    'services in the order of the file, then those that are no longer in it',
    object('a service and the change of it', APPLIED_SERVICE),
  ),
  crls: list(
    'CRLs that were signed for the revocations',
    object('a CRL', {
      ca: caId(),
      number: decimal('CRL number'),
      nextUpdate: instant('expiry of the CRL'),
    }),
  ),
});

export const APPLY_STEP = documentSchema('apply-step', 'the change of one service of a services file', {
  dryRun: DRY_RUN,
  file: FILE,
  ...APPLIED_SERVICE,
});
