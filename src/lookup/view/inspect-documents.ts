// Declares the document of `inspect`, and its line: the contents of a file.
// `svcauth schema` prints their schemas; the views take their types only.
import {
  count,
  decimal,
  documentOfShapes,
  documentSchema,
  either,
  flag,
  hex,
  instant,
  list,
  number,
  object,
  oneOf,
  optional,
  path,
  spiffeId,
  text,
  x5tS256,
} from '../../view/document-schema.ts';
import { REFUSAL } from './verify-documents.ts';

const PUBLIC_KEY_FIELDS = {
  algorithm: text('algorithm of the key, like ECDSA P-256'),
  sha256: optional(hex('SHA-256 of the SubjectPublicKeyInfo; absent when the public key cannot be computed')),
  problem: optional(text('reason why svcauth would not issue a certificate for the key')),
};

const PUBLIC_KEY = object('the public key', PUBLIC_KEY_FIELDS);

const ENCRYPTION = object('encryption of the private key', {
  scheme: text('encryption scheme, like PBES2'),
  cipher: optional(text('cipher')),
  kdf: optional(text('function that derives the key from the passphrase')),
  iterations: optional(count('iterations of that function')),
});

const NAME = object('a name', {
  type: text('type of the name, like dns, ip or uri'),
  value: text('the name; hex where its type is not known'),
});

const EXTENSIONS = list(
  'all extensions in their order',
  object('an extension', {
    oid: text('object identifier'),
    name: optional(text('name in the standard, where svcauth knows it')),
    critical: flag('verifiers that do not know the extension reject the certificate'),
    value: optional(hex('value; absent for an extension that has a field of its own')),
  }),
);

const EXTENSION_FIELDS = {
  names: list('names of the subjectAltName', NAME),
  basicConstraints: optional(
    object('basicConstraints', {
      ca: flag('the certificate is a CA certificate'),
      pathLength: optional(count('number of intermediate CAs that may follow; absent: no limit')),
    }),
  ),
  keyUsage: optional(list('keyUsage', text('a usage, like digitalSignature'))),
  extKeyUsage: optional(list('extKeyUsage', text('a purpose: the name in the standard, or the OID'))),
  nameConstraints: optional(
    object('nameConstraints', {
      permitted: list('permitted names', NAME),
      excluded: list('excluded names', NAME),
    }),
  ),
  keyId: optional(hex('subject key identifier')),
  issuerKeyId: optional(hex('authority key identifier: the key ID of the CA that signed')),
  crlUrls: optional(list('places of the CRL of the issuing CA', text('a URL'))),
  access: optional(
    list(
      'authorityInfoAccess',
      object('an access description', { method: text('the name in the standard, or the OID'), location: NAME }),
    ),
  ),
  malformed: optional(text('reason why the first malformed extension cannot be read')),
  extensions: EXTENSIONS,
};

const CERTIFICATE = {
  type: oneOf('type of the content', ['certificate']),
  notStrict: optional(text('reason why it is not strict DER; absent: it is strict DER')),
  version: optional(count('version of the certificate; absent where it is not strict DER')),
  serial: text('serial number, lower-case hex'),
  subject: text('subject, RFC 4514; empty when there is none'),
  issuer: text('issuer, RFC 4514'),
  notBefore: instant('begin of validity'),
  notAfter: instant('expiry; the last second of validity'),
  validity: oneOf('validity by these dates', ['valid', 'expired', 'not yet valid']),
  selfSigned: flag('subject and issuer are the same, and its own key verifies its signature'),
  publicKey: PUBLIC_KEY,
  signatureAlgorithm: text('algorithm of the signature, like ECDSA with SHA-256'),
  spiffe: optional(
    object('verdict of the X509-SVID standard; absent where the certificate is not strict DER', {
      verdict: oneOf('svid: of a workload; signing: of a CA; none: not an X509-SVID', ['svid', 'signing', 'none']),
      spiffeId: optional(spiffeId()),
      refusals: optional(list('the broken clauses', object('a broken clause', REFUSAL))),
    }),
  ),
  ...EXTENSION_FIELDS,
  sha256: hex('SHA-256 of the certificate'),
  x5tS256: x5tS256(),
};

const REQUEST = {
  type: oneOf('type of the content', ['request']),
  subject: text('subject, RFC 4514; empty when there is none'),
  publicKey: PUBLIC_KEY,
  signatureAlgorithm: text('algorithm of the signature, like ECDSA with SHA-256'),
  proofOfPossession: flag('the key in the request signed the request'),
  ...EXTENSION_FIELDS,
  attributes: list('attributes', text('an attribute: the name in the standard, or the OID')),
};

const CRL = {
  type: oneOf('type of the content', ['crl']),
  version: count('version of the CRL'),
  issuer: text('issuer, RFC 4514'),
  keyId: optional(hex('authority key identifier of the CRL')),
  number: optional(decimal('CRL number')),
  thisUpdate: instant('time of issue'),
  nextUpdate: optional(instant('expiry; from this second on the CRL is stale')),
  validity: oneOf('validity by these dates', ['valid', 'stale', 'not yet valid']),
  entryCount: count('number of revoked certificates in the CRL'),
  signatureAlgorithm: text('algorithm of the signature, like ECDSA with SHA-256'),
  delta: optional(flag('the CRL lists changes only')),
  scope: optional(
    object('issuingDistributionPoint: the certificates that the CRL covers', {
      named: flag('it names a distribution point'),
      uris: list('URIs of the distribution point', text('a URI')),
      onlyContainsUserCerts: flag('it covers end-entity certificates only'),
      onlyContainsCACerts: flag('it covers CA certificates only'),
      onlySomeReasons: flag('it covers some revocation reasons only'),
      indirectCRL: flag('it covers certificates of other CAs, too'),
      onlyContainsAttributeCerts: flag('it covers attribute certificates only'),
    }),
  ),
  otherExtensions: optional(list('further extensions', text('the name in the standard, or the OID'))),
  sha256: hex('SHA-256 of the CRL'),
  entries: list(
    'the first hundred entries',
    object('a revoked certificate', {
      serial: text('serial number, lower-case hex'),
      revokedAt: instant('time of the revocation'),
      reason: text('revocation reason in the words of RFC 5280'),
      invalidityDate: optional(instant('time since when the key may have been compromised')),
    }),
  ),
};

const PRIVATE_KEY = {
  type: oneOf('type of the content', ['private key']),
  form: oneOf('format of the private key', ['PKCS#8', 'encrypted PKCS#8', 'SEC1', 'PKCS#1']),
  encryption: optional(ENCRYPTION),
  publicKey: optional(PUBLIC_KEY),
};

const LABEL = {
  friendlyName: optional(text('friendlyName')),
  localKeyId: optional(text('localKeyID, hex; a certificate and its key have the same')),
};

const PKCS12 = {
  type: oneOf('type of the content', ['pkcs12']),
  mac: optional(
    object('integrity protection; absent: the file has none', {
      label: text('algorithm'),
      iterations: count('iterations of the key derivation'),
      verified: flag('the passphrase verified it'),
    }),
  ),
  certificates: list('the certificates', object('a certificate', { ...CERTIFICATE, ...LABEL })),
  keys: list(
    'the private keys',
    object('a private key', { ...LABEL, encryption: optional(ENCRYPTION), publicKey: optional(PUBLIC_KEY) }),
  ),
  others: list('further content', text('type of a bag')),
  closed: list('parts that were not decrypted', text('encryption of the part')),
};

const JWK_SET = {
  type: oneOf('type of the content', ['bundle']),
  sequence: optional(number('spiffe_sequence')),
  refreshHint: optional(number('spiffe_refresh_hint, in seconds')),
  keys: list(
    'the keys',
    object('a JWK without its key material', {
      kty: optional(text('kty')),
      use: optional(text('use')),
      kid: optional(text('kid')),
      alg: optional(text('alg')),
      crv: optional(text('crv')),
      problem: optional(text('reason why verifiers ignore or reject the key')),
      certificates: list('certificates of the x5c', object('a certificate', CERTIFICATE)),
    }),
  ),
};

const PUBLIC_KEY_CONTENT = { type: oneOf('type of the content', ['public key']), ...PUBLIC_KEY_FIELDS };

const OTHER = {
  type: oneOf('type of the content', ['other']),
  label: text('label of the PEM block'),
  byteLength: count('length of the PEM block in bytes'),
};

const PLACE = {
  file: path('file of the command line; - is standard input'),
  index: count('place of the content in the file, from 0 on'),
};

export const CONTENT = documentOfShapes(
  'content',
  'a certificate, CRL, key or other content',
  { ...PLACE, ...CERTIFICATE },
  { ...PLACE, ...REQUEST },
  { ...PLACE, ...CRL },
  { ...PLACE, ...PRIVATE_KEY },
  { ...PLACE, ...PUBLIC_KEY_CONTENT },
  { ...PLACE, ...PKCS12 },
  { ...PLACE, ...JWK_SET },
  { ...PLACE, ...OTHER },
);

export const INSPECT = documentSchema('inspect', 'the contents of files', {
  files: list(
    'the files of the command line',
    object('a file', {
      file: PLACE.file,
      contents: list(
        'the contents in their order',
        either(
          'a content of one of these types',
          object('a certificate', CERTIFICATE),
          object('a certificate request', REQUEST),
          object('a CRL', CRL),
          object('a private key', PRIVATE_KEY),
          object('a public key', PUBLIC_KEY_CONTENT),
          object('a PKCS#12 file', PKCS12),
          object('a JWK Set', JWK_SET),
          object('another PEM block', OTHER),
        ),
      ),
    }),
  ),
});
