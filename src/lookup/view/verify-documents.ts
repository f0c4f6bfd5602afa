// Declares the document of `verify`, and the shape of a reason for a rejection.
// `svcauth schema` prints their schemas; the views take their types only.
import {
  count,
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
  sha256,
  spiffeId,
  text,
} from '../../view/document-schema.ts';

/** A reason for a rejection; `inspect` has the same shape. */
export const REFUSAL = {
  code: matching('permanent name of the reason', '^[a-z-]+$'),
  message: text('the problem, with both sides of a comparison'),
  clause: text('clause of the standard that says so'),
};

const PATH_CERTIFICATE = object('a certificate', {
  subject: text('subject, RFC 4514'),
  serial: text('serial number, lower-case hex'),
  sha256: sha256('SHA-256 of the certificate'),
});

const PATH = list('the path, from the certificate to the trust anchor', PATH_CERTIFICATE);
const REASON = object('reason for the rejection', REFUSAL);

export const VERIFY = documentSchema('verify', 'the result of validating a certificate', {
  at: instant('time that the answer is for'),
  file: path('file of the certificate; - is standard input'),
  certificate: optional(PATH_CERTIFICATE),
  accepted: flag('the certificate is valid for the purpose and the identity'),
  purpose: oneOf('required extended key usage', ['server', 'client', 'any']),
  identity: optional(
    either(
      'the identity that the certificate must have',
      object('a DNS name', { dns: text('DNS name') }),
      object('an IP address', { ip: text('IP address') }),
      object('a SPIFFE ID', { spiffeId: spiffeId() }),
    ),
  ),
  path: optional(PATH),
  reason: optional(REASON),
  tried: optional(
    list('with --explain, the paths that were rejected', object('a path', { path: PATH, reason: REASON })),
  ),
  anchorCount: count('number of trust anchors'),
  crlCount: optional(count('number of CRLs; absent: revocation was not checked')),
  unreadable: list(
    'certificates and CRLs that cannot be read, and that no path uses',
    object('a certificate or a CRL', {
      type: oneOf('purpose of the input', ['anchor', 'intermediate', 'crl']),
      index: count('place among the inputs of this type, from 0 on'),
      message: text('reason why it cannot be read'),
    }),
  ),
});
