// Declares the document of `who`, and its line: a CA or certificate that was found.
// `svcauth schema` prints their schemas; the views take their types only.
import { KEY_ALGORITHM_NAMES } from '../../pki/key/algorithm.ts';
import { CRL_REASONS, type CrlReason } from '../../pki/crl/revocation-reason.ts';
import {
  caId,
  count,
  documentOfShapes,
  documentSchema,
  either,
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
  sha256,
  spiffeId,
  text,
  x5tS256,
} from '../../view/document-schema.ts';

const FOUND = {
  foundBy: oneOf('property that matched', [
    'ca',
    'service',
    'spiffeId',
    'serial',
    'sha256',
    'x5tS256',
    'keyId',
    'file',
  ]),
  sha256: optional(sha256('SHA-256 of the certificate')),
  x5tS256: optional(x5tS256()),
  keyId: optional(matching('subject key identifier', '^([0-9a-f]{2})+$')),
};

const CA_MATCH = {
  type: oneOf('type of the match', ['ca']),
  ...FOUND,
  ca: caId(),
  tier: oneOf('tier of the CA', ['root', 'policy', 'issuing']),
  generation: count('generation of the CA within its tier, from 1 on'),
  state: oneOf('state of the CA; pending: its certificate is not installed yet', [
    'pending',
    'prepared',
    'active',
    'draining',
    'retired',
    'tainted',
  ]),
  keyAlgorithm: oneOf('algorithm of the CA key', KEY_ALGORITHM_NAMES),
  keyLocation: oneOf('place of the CA key; foreign: it was never in this home', [
    'file',
    'offline',
    'foreign',
    'destroyed',
  ]),
  createdAt: instant('time of creation of the CA'),
  publishedAt: optional(instant('time since when a rotation publishes the CA')),
  issuedBy: optional(caId('id of the CA that issued the CA certificate; a root issued its own')),
  serial: optional(serial('serial number of the CA certificate, lower-case hex; absent while the CA is pending')),
  notBefore: optional(instant('begin of validity')),
  notAfter: optional(instant('expiry; the last second of validity')),
  expired: optional(flag('the CA certificate has expired')),
};

const CERTIFICATE_MATCH = {
  type: oneOf('type of the match', ['certificate']),
  ...FOUND,
  service: serviceName(),
  serial: serial(),
  ca: caId('id of the issuing CA'),
  state: oneOf('state of the certificate; intent: it may have been issued; superseded: it was replaced', [
    'intent',
    'current',
    'superseded',
    'revoked',
  ]),
  spiffeId: spiffeId(),
  notBefore: instant('begin of validity'),
  notAfter: instant('expiry; the last second of validity'),
  expired: flag('the certificate has expired'),
  keySource: oneOf('origin of the private key', ['generated', 'csr', 'file']),
  issuedAt: instant('time of issue'),
  tbsSha256: sha256('SHA-256 of the part of the certificate that is signed'),
  revocation: optional(
    object('revocation of the certificate', {
      revokedAt: instant('time of the revocation'),
      reason: oneOf('revocation reason', Object.keys(CRL_REASONS) as CrlReason[]),
      invalidityDate: optional(instant('time since when the key may have been compromised')),
    }),
  ),
  deployment: optional(
    object('deployment of the certificate; absent when the service has a newer one', {
      directory: path('directory of the files'),
      state: oneOf('state of the deployment', ['pending', 'deployed']),
      updatedAt: instant('time of the last change of state'),
      deployedSerial: optional(serial('serial number of the certificate that was deployed last')),
      attempts: optional(count('failed attempts to deploy the certificate')),
      problem: optional(text('reason why the last attempt failed')),
      hookFailed: optional(flag('only a hook failed; the files are in place')),
    }),
  ),
  predecessor: optional(serial('serial number of the previous certificate of the service')),
  successor: optional(serial('serial number of the next certificate of the service')),
};

export const MATCH = documentOfShapes('match', 'a CA or certificate that was found', CA_MATCH, CERTIFICATE_MATCH);

export const WHO = documentSchema('who', 'the CAs and certificates that were found', {
  at: instant('time that the answer is for'),
  matches: list(
    'the CAs and certificates',
    either('a match of one of these types', object('a CA', CA_MATCH), object('a certificate', CERTIFICATE_MATCH)),
  ),
});
