// Declares the documents of `deploy` and `reload`, and the line of one service.
// `svcauth schema` prints their schemas; the view takes their types only.
import { HOOK_EVENTS } from '../../record/upkeep.ts';
import { DEPLOY_REASONS, type DeployReason } from '../rules/reason.ts';
import {
  count,
  documentSchema,
  flag,
  instant,
  list,
  number,
  object,
  oneOf,
  optional,
  path,
  serial,
  serviceName,
  text,
} from '../../view/document-schema.ts';

const DRY_RUN = flag('nothing was changed: it is a plan');
const ARGV = list('program and arguments', text('one word'));

const DEPLOYMENT_FIELDS = {
  service: serviceName(),
  serial: serial(),
  directory: path('directory of the service'),
  action: oneOf('action; deploy: planned, keep: nothing to do, pending: it failed and is retried', [
    'deployed',
    'pending',
    'deploy',
    'keep',
  ]),
  reasons: list(
    'reasons to deploy',
    object('a reason', {
      name: oneOf('identifier of the reason', Object.keys(DEPLOY_REASONS) as DeployReason['name'][]),
      detail: optional(text('path of the output, or the problem')),
    }),
  ),
  outputs: list(
    'configured outputs',
    object('an output', {
      format: oneOf('format of the file', [
        'combined-pem',
        'credential-bundle',
        'kubernetes-secret',
        'kubernetes-trust',
        'pkcs12',
      ]),
      path: path('the file'),
    }),
  ),
  hooks: list(
    'configured hooks that run after a deployment',
    object('a hook', {
      argv: ARGV,
      timeout: number('time limit in seconds'),
      on: list('events that run it', oneOf('an event', [...HOOK_EVENTS])),
    }),
  ),
  written: optional(list('outputs that were written', path('a file'))),
  hookRuns: optional(
    list(
      'hooks that ran, up to the first that failed',
      object('a run of a hook', {
        argv: ARGV,
        serial: serial('serial number of the certificate that the hook ran for'),
        at: instant('time of the run'),
        duration: number('milliseconds'),
        outcome: oneOf('how the run ended', ['succeeded', 'failed', 'timed-out']),
        output: text('the end of its output, at most 4 KiB'),
      }),
    ),
  ),
  problem: optional(text('why the deployment is still pending')),
};

export const DEPLOY = documentSchema('deploy', 'the services that are deployed, and the results', {
  dryRun: DRY_RUN,
  services: list('services with a certificate', object('a service', DEPLOYMENT_FIELDS)),
  withoutCertificate: list('services that have no certificate to deploy', serviceName()),
});

export const DEPLOYMENT = documentSchema('deployment', 'the deployment of one service', {
  dryRun: DRY_RUN,
  ...DEPLOYMENT_FIELDS,
});

export const RELOAD = documentSchema('reload', 'the consumers that were reloaded', {
  dryRun: DRY_RUN,
  consumers: list(
    'consumers whose hooks ran',
    object('a consumer', {
      consumer: text('its name or command'),
      services: count('number of services that it stands for; 0 for a program of svcauth.yaml'),
      action: oneOf('result; reload: planned, pending: a hook failed and is retried', [
        'reload',
        'reloaded',
        'pending',
      ]),
      changed: list('trust it had not loaded', text('bundle or crl')),
      problem: optional(text('why it is still pending')),
      output: optional(text('the end of the output of the hook that failed')),
    }),
  ),
  recorded: list('consumers and services for which a reload was recorded', text('its name')),
});
