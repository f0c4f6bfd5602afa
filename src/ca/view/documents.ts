// Declares the documents of `ca list` and `ca show`, and the line of one CA that `status` prints, too.
// `svcauth schema` prints their schemas; the views take their types only.
import { KEY_ALGORITHM_NAMES } from '../../pki/key/algorithm.ts';
import {
  caId,
  count,
  decimal,
  documentSchema,
  flag,
  hex,
  instant,
  list,
  object,
  oneOf,
  optional,
  serial,
  text,
} from '../../view/document-schema.ts';

const CRL = object('newest CRL of the CA', {
  state: oneOf('state of the CRL; none: the CA has no certificate yet', [
    'none',
    'fresh',
    'not-yet-valid',
    'stale',
    'missing',
  ]),
  number: optional(decimal('CRL number')),
  thisUpdate: optional(instant('time of issue')),
  nextUpdate: optional(instant('expiry; from this second on the CRL is stale')),
  entryCount: optional(count('number of revoked certificates in the CRL')),
});

const STATUS = {
  ca: caId(),
  tier: oneOf('tier of the CA', ['root', 'policy', 'issuing']),
  state: oneOf('state of the CA; pending: its certificate is not installed yet', [
    'pending',
    'prepared',
    'active',
    'draining',
    'retired',
    'tainted',
  ]),
  expired: flag('the CA certificate has expired'),
  notYetValid: optional(flag('the CA certificate begins in the future')),
  revokedAt: optional(instant('time at which the CA above revoked the CA certificate, as its CRL says')),
  keyAlgorithm: oneOf('algorithm of the CA key', KEY_ALGORITHM_NAMES),
  keyLocation: oneOf('place of the CA key; foreign: it was never in this home', [
    'file',
    'offline',
    'foreign',
    'destroyed',
  ]),
  crl: CRL,
  serial: optional(serial('serial number of the CA certificate, lower-case hex; absent while the CA is pending')),
  issuedBy: optional(caId('id of the CA that issued the CA certificate; a root issued its own')),
  notBefore: optional(instant('begin of validity')),
  notAfter: optional(instant('expiry; the last second of validity')),
};

/** A CA as `ca list` and `status` show it. */
export const CA_STATUS = object('a CA and its newest CRL', STATUS);

export const CA = documentSchema('ca', 'a CA and its newest CRL', STATUS);

export const CA_LIST = documentSchema('ca-list', 'the CAs and the state of their CRLs', {
  at: instant('time that the answer is for'),
  cas: list('the CAs in the order of their creation', CA_STATUS),
});

export const CA_SHOW = documentSchema('ca-show', 'one CA: names, key, validity and CRL', {
  ...STATUS,
  generation: count('generation of the CA within its tier, from 1 on'),
  createdAt: instant('time of creation of the CA'),
  subject: optional(text('subject of the CA certificate, RFC 4514')),
  issuer: optional(text('issuer of the CA certificate, RFC 4514')),
  keyId: optional(hex('subject key identifier')),
  permitted: optional(list('permitted names of the name constraints', text('a name, like DNS:example.org'))),
  excluded: optional(list('excluded names of the name constraints', text('a name, like DNS:example.org'))),
  crlUrls: optional(list('places of the CRL of the CA that issued this one', text('a URL'))),
});
