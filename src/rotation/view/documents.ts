// Declares the documents of the `ca rotate` commands, `ca extend`, `ca cross-sign`, `ca install-cert` and `ca key destroy`.
// `svcauth schema` prints their schemas; the views take their types only.
import { PUBLISHED } from '../../view/documents.ts';
import { KEY_ALGORITHM_NAMES } from '../../pki/key/algorithm.ts';
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
  serviceName,
  text,
} from '../../view/document-schema.ts';

const tier = () => oneOf('tier of the rotation', ['root', 'issuing']);
const phase = (description: string) =>
  oneOf(description, ['prepared', 'published', 'activated', 'draining', 'retired']);

const GATE = object('a condition of a step', {
  name: oneOf('name of the gate', [
    'certificate-installed',
    'other-rotation',
    'issuer-outlives',
    'begun',
    'self-test',
    'soak',
    'acknowledgements',
    'published',
    'consumers-loaded',
    'crls-fresh',
    'services-current',
    'services-deployed',
    'leaves-gone',
    'chains-gone',
    'way-back',
    'proof',
  ]),
  open: flag('the condition is met'),
  message: text('the condition with its numbers'),
  opensAt: optional(instant('time at which the gate opens without a command; absent if it is open or needs one')),
  remedy: optional(text('command that opens the gate')),
  forcible: optional(flag('--force-compromised passes the gate; absent: as usual for a gate of this name')),
});

const GATES = list('conditions of the step', GATE);

const STATUS = {
  tier: tier(),
  phase: oneOf('phase of the rotation; requested: the successor waits for its certificate; none: no rotation', [
    'none',
    'requested',
    'prepared',
    'published',
    'activated',
    'draining',
  ]),
  since: optional(instant('begin of the phase')),
  from: optional(caId('id of the CA that is replaced, or would be')),
  to: optional(caId('id of its successor; absent when no rotation is in progress')),
  sequence: optional(count('sequence of the trust bundle that verifiers acknowledge; absent before publish')),
  next: oneOf('next step', ['prepare', 'publish', 'activate', 'drain', 'retire', 'rollback']),
  gates: GATES,
  allowedFrom: optional(instant('time from which the next step is allowed; absent if a closed gate needs a command')),
  unfinished: list('results of the last step that are missing; taking it again creates them', text('one result')),
  contradictions: list('facts in the records and files that contradict each other', text('one fact')),
  leftovers: list(
    'CAs of rolled-back rotations that are not retired yet',
    object('a CA of a rolled-back rotation', { ca: caId(), gates: GATES }),
  ),
};

const MODE = oneOf('side that takes the steps; auto: tick, manual: an operator', ['auto', 'manual']);

export const CA_ROTATE_STATUS = documentSchema('ca-rotate-status', 'the phase of a rotation and its next step', {
  ...STATUS,
  mode: MODE,
  dueAt: optional(instant('time from which the next step is due; absent: there is no CA to replace')),
  unneededKeys: list('retired CAs whose key is still in the home', caId()),
});

export const CA_ROTATE_MODE = documentSchema('ca-rotate-mode', 'the side that takes the steps of a rotation', {
  changed: flag('svcauth.yaml was changed'),
  tier: tier(),
  mode: MODE,
  path: path('policy file'),
});

const FAILED = list(
  'services whose files could not be written',
  object('a service and its error', {
    service: serviceName(),
    code: matching('permanent identifier of the error', '^ERR_[A-Z0-9_]+$'),
  }),
);
const SERVICES = list('services with new files; with --dry-run those that would get them', serviceName());

const stepDocument = <const Step extends string>(step: Step) =>
  documentSchema(`ca-rotate-${step}`, `the result of the rotation step ${step}`, {
    dryRun: flag('nothing was changed'),
    changed: flag('something was changed; false if the step was already complete'),
    successor: optional(
      object('the CA that was created, or would be; only for prepare', {
        ca: caId(),
        replaces: caId('id of the CA that it replaces'),
        keyAlgorithm: oneOf('algorithm of its key', KEY_ALGORITHM_NAMES),
        keyLocation: oneOf('place of its key', ['file', 'offline']),
        notBefore: instant('begin of validity'),
        notAfter: instant('expiry; the last second of validity'),
        issuedBy: caId('id of the CA that issues its certificate; a root issues its own'),
        crossSigned: list(
          'cross-certificates that are created with it',
          object('a cross-certificate', { ca: caId('id of its subject'), issuedBy: caId('id of its issuer') }),
        ),
      }),
    ),
    request: optional(path('request for the certificate of a successor below an external CA')),
    retired: list('CAs that were retired, or would be', caId()),
    gates: GATES,
    services: SERVICES,
    failed: FAILED,
    published: PUBLISHED,
    status: object('the rotation after the step; with --dry-run before it', STATUS),
  });

export const CA_ROTATE_PREPARE = stepDocument('prepare');
export const CA_ROTATE_PUBLISH = stepDocument('publish');
export const CA_ROTATE_ACTIVATE = stepDocument('activate');
export const CA_ROTATE_DRAIN = stepDocument('drain');
export const CA_ROTATE_RETIRE = stepDocument('retire');
export const CA_ROTATE_ROLLBACK = stepDocument('rollback');

export const CA_ROTATE_ACK = documentSchema('ca-rotate-ack', 'the trust bundle that a verifier has', {
  changed: flag('it was recorded now; false if the verifier had acknowledged it or a later one'),
  verifier: text('name of the verifier'),
  sequence: count('sequence of the trust bundle'),
  at: instant('time of the acknowledgement'),
  source: oneOf('origin of the acknowledgement; hand: the operator, probe: the server', ['hand', 'probe']),
  consumer: optional(
    oneOf(
      'of a consumer of that name; loaded: its reload was recorded; hook: only its hook counts; bundle-only: its CRLs are unknown',
      ['loaded', 'hook', 'bundle-only'],
    ),
  ),
});

const STEPS = ['prepare', 'publish', 'activate', 'drain', 'retire'] as const;

const peer = (description: string) =>
  object(description, {
    presenter: text('the CA, and where it has several chains the chain, that the certificates come with'),
    revoked: flag('the certificates are revoked'),
    count: count('number of certificates that fail in the same way'),
    service: serviceName('one of their services; future-certificate stands for a certificate to be issued'),
    notAfter: instant('latest expiry of these certificates'),
  });

const GAP = object('certificates that a CA cannot issue', {
  ca: caId(),
  notAfter: instant('expiry of the CA'),
  phase: phase('phase in which it cannot issue them'),
  at: instant('time at which it cannot issue them'),
  reason: oneOf('why it cannot issue them', [
    'expired',
    'ttl-share',
    'outlives-issuer',
    'successor-due',
    'below-outlives',
  ]),
  ttl: optional(number('lifetime of the leaves in seconds')),
  longest: optional(number('longest lifetime that the CA allows, in seconds')),
  isPolicy: optional(flag('leaf.ttl of the policy requires this lifetime')),
  serviceCount: optional(count('number of services that require this lifetime')),
  service: optional(serviceName('one of these services')),
  due: optional(instant('time at which the successor of the CA is due to be active')),
  below: optional(caId('id of the CA below it that expires later')),
  belowNotAfter: optional(instant('expiry of that CA')),
  message: text('the gap in one sentence'),
});

const COUNTEREXAMPLE = object('handshakes with a wrong result', {
  fault: oneOf('the wrong result', ['good-refused', 'revoked-accepted']),
  phase: phase('phase in which it occurs first'),
  at: instant('time at which it occurs first'),
  clock: instant('time that the clock of the verifier shows'),
  verifier: oneOf('side that checks the certificate', ['client', 'server']),
  verifiers: list(
    'ways of path building that give the wrong result',
    oneOf('a way of path building', ['every-path', 'first-match', 'first-of-name']),
  ),
  bundle: text('trust bundle of the verifier: old, both, new, or unchanged if these are equal'),
  crlSet: text('CRLs of the verifier: old, both, new, or unchanged if these are equal'),
  client: peer('the certificates of the client'),
  server: peer('the certificates of the server'),
  certificate: text('certificate that is rejected or accepted'),
  refusal: optional(
    object('reason of the verifier; absent if a revoked certificate is accepted', {
      code: matching('code of the reason', '^[a-z-]+$'),
      clause: text('clause of the standard'),
      message: text('the reason in words'),
    }),
  ),
  combinations: count('number of combinations with this result'),
  message: text('the counterexample in one sentence'),
});

export const CA_ROTATE_PLAN = documentSchema('ca-rotate-plan', 'the timetable and the proof of a rotation', {
  from: caId('id of the CA that is replaced'),
  to: caId('id of its successor'),
  timetable: list(
    'steps in their order',
    object('a step and its times', {
      step: oneOf('name of the step', STEPS),
      doneAt: optional(instant('time at which the step was taken')),
      earliest: instant('time before which a gate refuses the step'),
      due: instant('time at which the step should be taken'),
      latest: optional(instant('last safe time of the step; absent if it can wait')),
    }),
  ),
  gates: list('gates of the first step; empty once the rotation has begun', GATE),
  proof: object('result of the proof', {
    checked: count('number of combinations of certificates, bundles and CRLs that were checked'),
    failed: count('number of combinations that fail at least'),
    gaps: list('certificates that the successor cannot issue', GAP),
    counterexamples: list('handshakes with a wrong result', COUNTEREXAMPLE),
    remedy: optional(text('command after which no gap is left')),
  }),
});

const CERTIFIED = {
  dryRun: flag('nothing was changed'),
  changed: flag('a certificate was issued'),
  ca: caId(),
  issuedBy: optional(caId('id of the CA that issues the new certificate; absent if none is needed')),
  notAfter: optional(instant('expiry of the new certificate')),
  serial: optional(serial('serial number of the new certificate; absent with --dry-run')),
  services: SERVICES,
  failed: FAILED,
  published: PUBLISHED,
};

export const CA_EXTEND = documentSchema('ca-extend', 'the new certificate of a CA with the same key', {
  ...CERTIFIED,
  previousNotAfter: optional(instant('expiry of the certificate that it replaces')),
});

export const CA_CROSS_SIGN = documentSchema('ca-cross-sign', 'the cross-certificate of a CA', CERTIFIED);

export const CA_KEY_DESTROY = documentSchema('ca-key-destroy', 'the destruction of a CA key', {
  dryRun: flag('nothing was changed'),
  ca: caId(),
  changed: flag('the key was destroyed now'),
  file: path('file of the key'),
});

export const CA_INSTALL_CERT = documentSchema('ca-install-cert', 'the installed certificate of an issuing CA', {
  published: PUBLISHED,
  dryRun: flag('nothing was changed'),
  changed: flag('the certificate was not installed before'),
  certificateOf: oneOf(
    'first: of the first issuing CA; successor: of a rotation; extension: a longer one for its key',
    ['first', 'successor', 'extension'],
  ),
  ca: caId('id of the issuing CA'),
  serial: serial(),
  notAfter: instant('expiry of the certificate'),
  previousNotAfter: optional(instant('expiry of the certificate that it replaces')),
  issuedBy: caId('id of the CA that issued the certificate'),
  chain: list(
    'CAs above the issuing CA, its issuer first and the root last',
    object('a CA above the issuing CA', {
      ca: caId(),
      serial: serial(),
      notAfter: instant('expiry of its certificate'),
      crl: flag('a CRL of this CA was imported'),
    }),
  ),
  root: object('the certificate of the root', {
    serial: serial(),
    notAfter: instant('expiry of the certificate'),
  }),
  services: SERVICES,
  failed: FAILED,
});
