// Declares the document of `probe`, and the line of one server.
// `svcauth schema` prints their schemas; the view takes their types only.
import {
  count,
  documentSchema,
  instant,
  list,
  matching,
  object,
  oneOf,
  optional,
  serial,
  serviceName,
  text,
} from '../../view/document-schema.ts';

const AT = instant('time of the probe');
const AS = optional(serviceName('service whose certificate was presented as a client'));
const HTTP_PATH = optional(text('path of the HTTP request; absent: no request was sent'));

const FINDING = object('a difference between the served certificate and the manifest', {
  name: oneOf('permanent name of the finding', [
    'old-in-memory',
    'not-deployed',
    'revoked',
    'expired',
    'other-service',
    'stranger',
    'refused',
    'chain-missing',
    'chain-disordered',
    'client-refused',
    'no-answer',
  ]),
  severity: oneOf('severity', ['warning', 'critical']),
  message: text('description of the problem'),
  remedy: optional(text('remedy')),
});

const FIELDS = {
  address: text('address and port of the server'),
  service: optional(serviceName('the expected service, or the service of the served certificate')),
  state: oneOf('severity of the worst finding; unreachable: the server sent no certificate', [
    'good',
    'warning',
    'critical',
    'unreachable',
  ]),
  issued: optional(serial('serial number of the newest certificate of the service')),
  deployed: optional(serial('serial number of the deployed certificate of the service')),
  served: optional(serial('serial number of the certificate that the server sent')),
  notAfter: optional(instant('expiry of the certificate that the server sent')),
  version: optional(oneOf('version of TLS', ['TLSv1.2', 'TLSv1.3'])),
  clientCas: optional(
    list(
      'CAs from which the server accepts client certificates; absent: it requests none',
      text('id of one of our CAs, or the name of another CA'),
    ),
  ),
  client: optional(
    oneOf(
      'treatment of the client; completed: the handshake was, which does not prove that the server accepts the client; ' +
        'answered: with an HTTP status that is not a rejection; absent: only the certificate was asked for',
      ['completed', 'answered', 'rejected', 'unanswered'],
    ),
  ),
  httpStatus: optional(count('status of the HTTP answer')),
  findings: list('the findings, critical ones first', FINDING),
  problem: optional(
    object('why the server sent no certificate', {
      code: matching('error code', '^ERR_[A-Z0-9_]+$'),
      message: text('message of the error'),
      hints: list('hints for the operator', text('one hint')),
    }),
  ),
};

export const PROBE = documentSchema('probe', 'served certificates, compared with the manifest', {
  at: AT,
  as: AS,
  httpPath: HTTP_PATH,
  servers: list('the servers in the order of the command line', object('a server', FIELDS)),
});

export const SERVER = documentSchema('server', 'a served certificate, compared with the manifest', {
  at: AT,
  as: AS,
  httpPath: HTTP_PATH,
  ...FIELDS,
});
