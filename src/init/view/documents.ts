// Declares the document of `ca init`.
// `svcauth schema` prints its schema; the view takes its type only.
import { KEY_ALGORITHM_NAMES } from '../../pki/key/algorithm.ts';
import {
  caId,
  count,
  documentSchema,
  flag,
  instant,
  list,
  object,
  oneOf,
  optional,
  path,
  serial,
  text,
  trustDomain,
} from '../../view/document-schema.ts';

const CA = object('a CA of the new PKI', {
  ca: caId(),
  tier: oneOf('tier of the CA', ['root', 'policy', 'issuing']),
  how: optional(
    oneOf('with --dry-run: request: an external root issues its certificate', ['create', 'import', 'request']),
  ),
  generation: optional(count('generation of the CA within its tier; absent with --dry-run')),
  state: optional(
    oneOf('state; pending: its certificate is not installed yet; absent with --dry-run', [
      'pending',
      'prepared',
      'active',
      'draining',
      'retired',
      'tainted',
    ]),
  ),
  createdAt: optional(instant('time of creation; absent with --dry-run')),
  keyAlgorithm: oneOf('algorithm of the CA key', KEY_ALGORITHM_NAMES),
  keyLocation: oneOf('location of the CA key', ['file', 'offline', 'foreign', 'destroyed']),
  serial: optional(serial('serial number of the CA certificate')),
  notBefore: optional(instant('begin of validity')),
  notAfter: optional(instant('expiry; the last second of validity')),
});

export const CA_INIT = documentSchema('ca-init', 'the new PKI', {
  dryRun: flag('the PKI is planned only'),
  home: path('directory of the PKI'),
  trustDomain: trustDomain(),
  cas: list('the CAs in the order of their creation', CA),
  keyProtection: optional(oneOf('with --dry-run: how the CA keys are stored', ['passphrase', 'none'])),
  permitted: optional(list('with --dry-run: permitted names', text('a name'))),
  excluded: optional(list('with --dry-run: excluded names', text('a name'))),
  crlUrl: optional(text('with --dry-run: URL of the CRLs')),
  rootKey: optional(path('file of the key of an offline root')),
  bundle: optional(path('file of the trust bundle')),
  crls: optional(path('directory of the CRLs')),
  policy: optional(path('file of the policy')),
  csr: optional(text('the CSR for the external root, PEM')),
});
