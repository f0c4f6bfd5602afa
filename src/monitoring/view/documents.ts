// Declares the documents of `status`, `check` and `forecast`, and the lines of a service, a consumer, a finding and a forecast event.
// `svcauth schema` prints their schemas; the views take their types only. `tick` contains the findings of its check.
import { CA_STATUS } from '../../ca/view/documents.ts';
import {
  caId,
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
  spiffeId,
  text,
  trustDomain,
} from '../../view/document-schema.ts';

const KEY_LOCATION = optional(
  oneOf('of a CA: location of the key that the remedy needs', ['file', 'offline', 'foreign', 'destroyed']),
);
const KEY_SOURCE = optional(oneOf('of a service: its certificate was issued from a CSR', ['csr']));
const TIER = optional(oneOf('of a CA: its tier', ['root', 'policy', 'issuing']));
const STEP = optional(oneOf('step of a rotation', ['prepare', 'publish', 'activate', 'drain', 'retire']));
const REFUSAL = optional(
  oneOf('why a run cannot renew the certificate', [
    'no-issuer',
    'issuer-key-away',
    'csr',
    'ttl-share',
    'outlives-issuer',
  ]),
);
const MESSAGE = text('description of the problem');
const REMEDY = optional(text('the command to run; absent if no command helps'));

const SERVICE_STATUS = {
  service: serviceName(),
  spiffeId: spiffeId(),
  state: oneOf('state of the certificate; none: never issued, due: past its renewal time and still valid', [
    'none',
    'not-yet-valid',
    'valid',
    'due',
    'expired',
    'revoked',
  ]),
  deploymentPending: flag('the certificate is issued but not deployed'),
  deployedSerial: optional(serial('while the deployment is pending: serial number of the deployed certificate')),
  problem: optional(text('while the deployment is pending: why the last attempt failed')),
  serial: optional(serial()),
  ca: optional(caId('id of the issuing CA')),
  notBefore: optional(instant('begin of validity')),
  notAfter: optional(instant('expiry; the last second of validity')),
  renewAt: optional(instant('renewal time')),
};

const CONSUMER_FIELDS = {
  consumer: text('its name, as for "svcauth reload"'),
  services: count('number of services that it stands for; 0 for a program of svcauth.yaml'),
  reload: oneOf('how it loads changed trust', ['hook', 'self', 'manual', 'undeclared']),
  everySeconds: optional(count('of one that reloads by itself: seconds from one reload to the next')),
  state: oneOf(
    'pending: the published trust is not loaded; assumed: loaded at a deployment; else severity of a finding',
    ['loaded', 'assumed', 'pending', 'warning', 'critical'],
  ),
  loadedAt: optional(instant('time at which it last loaded trust; absent: never, as far as recorded')),
  bundleSequence: optional(count('sequence of the loaded bundle; 0: unknown')),
  crlEnd: optional(instant('expiry of the loaded CRL that expires first')),
  problem: optional(text('the finding of "svcauth check" about it')),
};

const HOOK_RUN = object('the last run of a hook', {
  argv: list('the program and its arguments', text('one argument')),
  serial: serial('serial number of the certificate that the hook ran for'),
  at: instant('time of the run'),
  duration: count('milliseconds that the hook ran'),
  outcome: oneOf('result; timed-out: svcauth stopped the hook', ['succeeded', 'failed', 'timed-out']),
  output: text('end of the output on both streams'),
});

export const SERVICE = documentSchema('service', 'a service, its certificate and its deployment', SERVICE_STATUS);

export const CONSUMER = documentSchema('consumer', 'a program that loads the published trust', CONSUMER_FIELDS);

export const STATUS = documentSchema('status', 'the CAs, the services and their certificates', {
  at: instant('time that the answer is for'),
  trustDomain: trustDomain(),
  cas: list('the CAs in the order of their creation', CA_STATUS),
  services: list('the services by name', object('a service, its certificate and its deployment', SERVICE_STATUS)),
  consumers: list(
    'the consumers; of selected services: those that are one of them',
    object('a program that loads the published trust', CONSUMER_FIELDS),
  ),
  hooks: list(
    'hook runs of the services that were selected',
    object('the hooks of a service', { service: serviceName(), runs: list('the last run of each hook', HOOK_RUN) }),
  ),
});

const FINDING_FIELDS = {
  name: oneOf('permanent name of the finding', [
    'certificate-expired',
    'certificate-expiring',
    'certificate-not-yet-valid',
    'issuer-outlived',
    'deployment-pending',
    'intent-unfinished',
    'ca-pending',
    'ca-tainted',
    'ca-expired',
    'ca-expiring',
    'ca-not-yet-valid',
    'crl-missing',
    'crl-stale',
    'crl-not-yet-valid',
    'crl-expiring',
    'crl-series-ending',
    'trust-not-loaded',
    'consumer-pending',
    'clock-behind',
    'clock-jumped',
    'certificate-revoked',
    'csr-due',
    'key-lost',
    'key-readable',
    'current-foreign',
    'files-missing',
    'files-changed',
    'files-not-current',
    'files-access',
    'files-unverified',
    'output-missing',
    'output-changed',
    'ca-key-missing',
    'ca-key-changed',
    'ca-key-readable',
    'ca-certificate-changed',
    'home-writable',
    'home-readable',
    'served-old',
    'served-nothing',
    'served-unverifiable',
    'served-unprobed',
    'crl-damaged',
    'bundle-damaged',
    'publication-failed',
    'publication-due',
    'published-file-damaged',
    'published-crl-foreign',
    'published-crl-stale',
    'published-crl-expiring',
    'published-crl-ahead',
    'published-revocation-missing',
    'published-anchor-foreign',
    'published-anchor-missing',
    'revocation-unlisted',
    'revocation-lost',
    'ca-revoked',
    'federated-expired',
    'federated-expiring',
    'federated-outdated',
    'federated-shared',
    'renewal-refused',
    'rotation-due',
    'rotation-blocked',
    'rotation-stalled',
    'key-destroyable',
  ]),
  severity: oneOf('severity', ['warning', 'critical']),
  service: optional(serviceName('of a finding about a service: its name')),
  ca: optional(caId('of a finding about a CA or a CRL: id of the CA')),
  directory: optional(path('of a finding about published files: directory')),
  consumer: optional(text('of a finding about a program that loads trust')),
  rotation: optional(oneOf('of a finding about a rotation: tier', ['root', 'issuing'])),
  trustDomain: optional(trustDomain('of a finding about a federated bundle')),
  address: optional(text('of a finding about a server: host and port')),
  path: optional(path('of a finding about the home: file or directory')),
  reload: optional(oneOf('of a consumer: how it loads changed trust', ['hook', 'self', 'manual', 'undeclared'])),
  failed: optional(text('of a consumer: why its last hook failed')),
  deadline: optional(instant('expiry that the finding is about; of a finding not-yet-valid: begin of validity')),
  serial: optional(serial()),
  problem: optional(text('reason of the finding, or the files that differ')),
  servedBy: optional(serviceName('of a finding about an address: the service that declares it')),
  since: optional(
    instant('of an address: time of the probe, or of the first failed one; of published files: last success'),
  ),
  hasHook: optional(flag('of a finding about an address: a hook of the service can reload the server')),
  count: optional(count('number of revocations or anchors')),
  keySource: KEY_SOURCE,
  keyLocation: KEY_LOCATION,
  tier: TIER,
  step: STEP,
  refusal: REFUSAL,
  services: optional(count('number of services that the finding is about, the named one included')),
  longest: optional(number('longest lifetime of a certificate that the issuing CA allows, in seconds')),
  message: MESSAGE,
  remedy: REMEDY,
};

/** The result of a check, without its kind: `tick` has it, too. */
export const CHECK_RESULT = {
  at: instant('time that the answer is for'),
  status: oneOf('severity of the worst finding', ['ok', 'warning', 'critical']),
  checked: object('how many items were checked', {
    services: count('number of services'),
    cas: count('number of CAs, with their CRLs'),
  }),
  findings: list('the findings, worst first', object('a finding about a service or a CA', FINDING_FIELDS)),
};

export const CHECK = documentSchema('check', 'the findings and the severity of the worst', CHECK_RESULT);

export const FINDING = documentSchema('finding', 'a certificate, CA or CRL that needs attention', {
  at: instant('time that the answer is for'),
  ...FINDING_FIELDS,
});

const EVENT = {
  name: oneOf('name of the event', [
    'certificate-expired',
    'certificate-not-yet-valid',
    'ca-expired',
    'ca-not-yet-valid',
    'crl-stale',
    'crl-not-yet-valid',
    'crl-missing',
    'renewal-refused',
    'rotation-step',
    'rotation-due',
  ]),
  service: optional(serviceName('name of the service; absent for an event of a CA')),
  ca: optional(caId('id of the CA; absent for an event of a service')),
  at: instant('time of the expiry, of the run that cannot renew, or of the step'),
  repairedAt: optional(instant('time of the run that renews the certificate or CRL; absent if no run does')),
  refusal: REFUSAL,
  keySource: KEY_SOURCE,
  keyLocation: KEY_LOCATION,
  tier: TIER,
  step: STEP,
  services: optional(count('of a CA: number of services whose certificates would otherwise still be valid')),
  message: MESSAGE,
  remedy: REMEDY,
};

const SCENARIO = {
  firstBreak: optional(instant('time of the first event that makes verifiers reject certificates; absent: none')),
  events: list('the events by time', object('an expiry or a refused renewal', EVENT)),
};

export const FORECAST = documentSchema('forecast', 'predicted expiries, with and without more runs', {
  at: instant('begin of the forecast'),
  until: instant('end of the forecast'),
  everySeconds: count('seconds between two runs'),
  keepsRunning: object('the forecast with runs', SCENARIO),
  stopsToday: object('the forecast without further runs', SCENARIO),
});

export const FORECAST_EVENT = documentSchema('forecast-event', 'a predicted expiry or refused renewal', {
  scenario: oneOf('keepsRunning: with runs, stopsToday: without further runs', ['keepsRunning', 'stopsToday']),
  ...EVENT,
});
