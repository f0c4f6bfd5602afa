import { ascii, TAG } from '../../../src/pki/der/writer.ts';
import { encodeAuthorityKeyIdentifier, encodeSubjectKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { ISSUER_RULES } from '../../../src/pki/lint/issuer-rules.ts';
import {
  commonNameOf,
  constraints,
  dns,
  ip,
  names,
  SPIFFE,
  testDefects,
} from '../../support/pki/certificate-defects.ts';
import { distinguishedName, issuerOf, planted, ROOT, validity } from '../../support/pki/planted-certificate.ts';

testDefects(ISSUER_RULES, [
  {
    title: 'a signature algorithm that is not the issuer’s',
    breaks: ['signature-algorithm-of-issuer'],
    fields: { signatureAlgorithm: KEY_ALGORITHMS['ecdsa-p384'].signatureAlgorithmDer },
  },
  {
    title: 'an issuer name in another string type than the CA’s subject',
    breaks: ['issuer-name-of-issuer'],
    fields: { issuer: commonNameOf(ascii(TAG.printableString, 'Example Issuing g1')) },
  },
  {
    title: 'the key identifier of another CA',
    breaks: ['authority-key-of-issuer'],
    extensions: planted('authorityKeyIdentifier', false, encodeAuthorityKeyIdentifier(ROOT.keyIdentifier)),
  },
  {
    title: 'a leaf with notBefore before that of its issuer',
    breaks: ['begins-with-issuer'],
    fields: { validity: validity('2025-12-31T23:59:59Z', '2026-03-31T00:00:00Z') },
  },
  {
    title: 'a leaf that outlives its issuer',
    breaks: ['ends-with-issuer'],
    fields: { validity: validity('2026-03-01T00:00:00Z', '2027-01-01T00:00:01Z') },
  },
  {
    title: 'a CA below an issuer with pathLenConstraint 0',
    kind: 'issuing',
    breaks: ['path-length-of-issuer'],
    issuer: { pathLength: 0 },
  },
  {
    title: 'a CA with a pathLenConstraint not below that of its issuer',
    kind: 'issuing',
    breaks: ['path-length-of-issuer'],
    extensions: constraints(true, 1),
    issuer: { pathLength: 1 },
  },
  {
    title: 'a DNS name that the issuer does not permit',
    breaks: ['names-within-issuer'],
    extensions: names(SPIFFE, dns('payments.example.com')),
    issuer: { nameConstraints: { permitted: [dns('example.org')], excluded: [] } },
  },
  {
    title: 'an address that the issuer excludes',
    breaks: ['names-within-issuer'],
    extensions: names(SPIFFE, ip(10, 0, 0, 1)),
    issuer: { nameConstraints: { permitted: [], excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] } },
  },
  {
    title: 'a SPIFFE ID in a trust domain that the issuer does not permit',
    breaks: ['names-within-issuer'],
    issuer: { nameConstraints: { permitted: [{ type: 'uri', value: 'example.com' }], excluded: [] } },
  },
  {
    title: 'a root with different subject and issuer',
    kind: 'root',
    breaks: ['root-signs-itself'],
    fields: { subject: distinguishedName('Example Root g2') },
  },
  {
    title: 'a root with a key that does not sign it',
    kind: 'root',
    breaks: ['root-signs-itself'],
    fields: { publicKey: issuerOf('svid').publicKeyDer },
  },
  {
    title: 'a root with the key identifier of another key',
    kind: 'root',
    breaks: ['root-key-identifier'],
    extensions: planted('subjectKeyIdentifier', false, encodeSubjectKeyIdentifier(new Uint8Array(20))),
  },
  {
    title: 'a leaf with the key of its issuer',
    breaks: ['key-not-of-issuer'],
    fields: { publicKey: issuerOf('svid').publicKeyDer },
  },
  {
    title: 'a CA with the name of its issuer',
    kind: 'issuing',
    breaks: ['name-not-of-issuer'],
    fields: { subject: ROOT.subject.der },
  },
]);
