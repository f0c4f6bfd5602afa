import { contextTag, DER_NULL, oid, sequence, TAG, tlv } from '../../../src/pki/der/writer.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeDistributionPoint } from '../../../src/pki/extension/distribution-points.ts';
import { encodeGeneralNames } from '../../../src/pki/extension/general-name.ts';
import { encodeAuthorityKeyIdentifier, encodeSubjectKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodeNameConstraints } from '../../../src/pki/extension/name-constraints.ts';
import { EXTENSION_RULES } from '../../../src/pki/lint/extension-rules.ts';
import { OID } from '../../../src/pki/oids.ts';
import {
  access,
  constraints,
  crlAt,
  dns,
  NO_REV_AVAIL,
  ONE_DAY,
  permitted,
  SPIFFE,
  testDefects,
  usages,
} from '../../support/pki/certificate-defects.ts';
import { issuerOf, planted, ROOT, validity, without } from '../../support/pki/planted-certificate.ts';

testDefects(EXTENSION_RULES, [
  {
    title: 'an empty extKeyUsage',
    breaks: ['extension-structure', 'profile-purposes'],
    extensions: planted('extKeyUsage', false, sequence()),
  },
  {
    title: 'a keyUsage with undefined bits',
    breaks: ['extension-structure', 'profile-key-usage'],
    extensions: planted('keyUsage', true, Uint8Array.of(TAG.bitString, 3, 6, 0x80, 0x40)),
  },
  {
    title: 'an unknown extension',
    breaks: ['extension-known'],
    extensions: planted('certificatePolicies', false, sequence(sequence(oid('1.2.3')))),
  },
  {
    title: 'a critical authorityKeyIdentifier',
    breaks: ['authorityKeyIdentifier-not-critical'],
    extensions: planted('authorityKeyIdentifier', true, encodeAuthorityKeyIdentifier(issuerOf('svid').keyIdentifier)),
  },
  {
    title: 'a critical subjectKeyIdentifier',
    breaks: ['subjectKeyIdentifier-not-critical'],
    extensions: planted('subjectKeyIdentifier', true, encodeSubjectKeyIdentifier(new Uint8Array(20))),
  },
  {
    title: 'a keyUsage that is not critical',
    breaks: ['keyUsage-critical'],
    extensions: planted('keyUsage', false, encodeKeyUsage(['digitalSignature'])),
  },
  {
    title: 'an empty subject beside a subjectAltName that is not critical',
    breaks: ['subjectAltName-critical'],
    fields: { subject: sequence() },
  },
  {
    title: 'a critical subjectAltName beside a subject',
    breaks: ['subjectAltName-not-critical'],
    extensions: planted('subjectAltName', true, encodeGeneralNames([SPIFFE])),
  },
  {
    title: 'a CA with basicConstraints that are not critical',
    kind: 'issuing',
    breaks: ['basicConstraints-critical'],
    extensions: planted('basicConstraints', false, encodeBasicConstraints({ ca: true, pathLength: 0 })),
  },
  {
    title: 'nameConstraints that are not critical',
    kind: 'issuing',
    breaks: ['nameConstraints-critical'],
    extensions: planted(
      'nameConstraints',
      false,
      encodeNameConstraints({ permitted: [dns('example.org')], excluded: [] }),
    ),
  },
  {
    title: 'critical cRLDistributionPoints',
    breaks: ['cRLDistributionPoints-not-critical'],
    extensions: planted('cRLDistributionPoints', true, encodeDistributionPoint('http://crl.example.org/issuing.crl')),
  },
  {
    title: 'a critical authorityInfoAccess',
    breaks: ['authorityInfoAccess-not-critical'],
    extensions: planted(
      'authorityInfoAccess',
      true,
      access(OID.adCaIssuers, { type: 'uri', value: 'http://example.org/ca' }),
    ),
  },
  {
    title: 'a critical noRevAvail',
    breaks: ['noRevAvail-not-critical'],
    fields: { validity: ONE_DAY },
    extensions: planted('noRevAvail', true, DER_NULL),
  },
  {
    title: 'a leaf without authorityKeyIdentifier',
    breaks: ['authority-key-identifier'],
    extensions: without('authorityKeyIdentifier'),
  },
  {
    title: 'an authorityKeyIdentifier without a key identifier',
    breaks: ['authority-key-identifier'],
    extensions: planted('authorityKeyIdentifier', false, sequence()),
  },
  {
    title: 'an authorityKeyIdentifier that names issuer and serial number',
    breaks: ['authority-key-identifier-alone'],
    extensions: planted(
      'authorityKeyIdentifier',
      false,
      sequence(
        tlv(contextTag(0, false), issuerOf('svid').keyIdentifier),
        tlv(contextTag(1, true), tlv(contextTag(4, true), ROOT.subject.der)),
        tlv(contextTag(2, false), Uint8Array.of(1)),
      ),
    ),
  },
  {
    title: 'a CA without subjectKeyIdentifier',
    kind: 'issuing',
    breaks: ['subject-key-identifier', 'subject-key-identifier-everywhere'],
    extensions: without('subjectKeyIdentifier'),
  },
  { title: 'a keyUsage without a bit', breaks: ['key-usage-some', 'profile-key-usage'], extensions: usages() },
  {
    title: 'a CRL distribution point without location and issuer',
    breaks: ['distribution-point-somewhere', 'distribution-point-http'],
    extensions: planted('cRLDistributionPoints', false, sequence(sequence())),
  },
  {
    title: 'a leaf that may sign certificates',
    breaks: ['key-cert-sign-implies-ca', 'key-usage-of-purposes', 'profile-key-usage'],
    extensions: usages('digitalSignature', 'keyCertSign'),
  },
  {
    title: 'a leaf that may sign CRLs',
    breaks: ['key-usage-of-purposes', 'profile-key-usage'],
    extensions: usages('digitalSignature', 'cRLSign'),
  },
  {
    title: 'keyEncipherment with an EC key',
    breaks: ['key-usage-of-key', 'profile-key-usage'],
    extensions: usages('digitalSignature', 'keyEncipherment'),
  },
  {
    title: 'a leaf with a pathLenConstraint',
    breaks: ['path-length-of-ca', 'profile-path-length'],
    extensions: constraints(false, 0),
  },
  {
    title: 'a pathLenConstraint without keyCertSign',
    kind: 'issuing',
    breaks: ['path-length-of-ca', 'profile-key-usage'],
    extensions: usages('cRLSign'),
  },
  {
    title: 'nameConstraints in a leaf',
    breaks: ['name-constraints-of-ca'],
    extensions: permitted(dns('example.org')),
  },
  {
    title: 'noRevAvail beside a CRL distribution point',
    breaks: ['no-rev-avail-alone'],
    fields: { validity: ONE_DAY },
    extensions: { ...NO_REV_AVAIL, ...crlAt('http://crl.example.org/issuing.crl') },
  },
  {
    title: 'noRevAvail beside an OCSP responder',
    breaks: ['no-rev-avail-alone'],
    fields: { validity: ONE_DAY },
    extensions: {
      ...NO_REV_AVAIL,
      ...planted('authorityInfoAccess', false, access(OID.adOcsp, { type: 'uri', value: 'http://ocsp.example.org' })),
    },
  },
  {
    title: 'noRevAvail in a CA',
    kind: 'issuing',
    breaks: ['no-rev-avail-of-leaf'],
    fields: { validity: ONE_DAY },
    extensions: NO_REV_AVAIL,
  },
  {
    title: 'noRevAvail on a leaf of more than a day',
    breaks: ['no-rev-avail-short-lived'],
    fields: { validity: validity('2026-03-01T00:00:00Z', '2026-03-02T00:00:01Z') },
    extensions: NO_REV_AVAIL,
  },
]);
