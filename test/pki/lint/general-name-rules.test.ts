import { ascii, sequence, TAG } from '../../../src/pki/der/writer.ts';
import { GENERAL_NAME_RULES } from '../../../src/pki/lint/general-name-rules.ts';
import { OID } from '../../../src/pki/oids.ts';
import {
  access,
  attribute,
  crlAt,
  nameOf,
  dns,
  ip,
  names,
  permitted,
  SPIFFE,
  testDefects,
} from '../../support/pki/certificate-defects.ts';
import { planted, ROOT, without } from '../../support/pki/planted-certificate.ts';

testDefects(GENERAL_NAME_RULES, [
  {
    title: 'a leaf without any name',
    breaks: ['subject-or-alt-name', 'spiffe-one-uri'],
    fields: { subject: sequence() },
    extensions: without('subjectAltName'),
  },
  { title: 'a leaf with a commonName alone', breaks: ['spiffe-one-uri'], extensions: without('subjectAltName') },
  {
    title: 'a DNS name with an underscore',
    breaks: ['alt-name-dns'],
    extensions: names(SPIFFE, dns('a_b.example.org')),
  },
  { title: 'a DNS name with a NUL', breaks: ['alt-name-dns'], extensions: names(SPIFFE, dns('a\0.example.org')) },
  { title: 'an empty DNS name', breaks: ['alt-name-dns'], extensions: names(SPIFFE, dns('')) },
  { title: 'an address as a DNS name', breaks: ['alt-name-dns'], extensions: names(SPIFFE, dns('10.0.0.1')) },
  {
    title: 'a DNS name in upper case',
    breaks: ['alt-name-dns-lower-case'],
    extensions: names(SPIFFE, dns('API.example.org')),
  },
  { title: 'an address of 5 octets', breaks: ['alt-name-ip'], extensions: names(SPIFFE, ip(10, 0, 0, 0, 1)) },
  {
    title: 'a URI without a scheme',
    breaks: ['alt-name-uri', 'spiffe-id'],
    extensions: names({ type: 'uri', value: '//example.org/payments' }),
  },
  {
    title: 'a URI with a wildcard for a host',
    breaks: ['alt-name-uri-host', 'spiffe-id'],
    extensions: names({ type: 'uri', value: 'https://*.example.org/payments' }),
  },
  {
    title: 'a URI with an empty host',
    breaks: ['alt-name-uri-host', 'spiffe-id', 'spiffe-path'],
    extensions: names({ type: 'uri', value: 'https://' }),
  },
  {
    title: 'an e-mail address with a comment',
    breaks: ['alt-name-email', 'alt-name-types'],
    extensions: names(SPIFFE, { type: 'email', value: 'ops@example.org(night)' }),
  },
  {
    title: 'an e-mail address in the subject alone',
    breaks: ['subject-email-in-alt-name'],
    fields: { subject: nameOf(attribute(OID.emailAddress, ascii(TAG.ia5String, 'ops@example.org'))) },
  },
  {
    title: 'a name that occurs twice',
    breaks: ['alt-name-once'],
    extensions: names(SPIFFE, ip(10, 0, 0, 1), ip(10, 0, 0, 1)),
  },
  {
    title: 'a range with a gap in its mask',
    kind: 'issuing',
    breaks: ['constraint-ip'],
    extensions: permitted(ip(10, 0, 0, 0, 255, 0, 255, 0)),
  },
  {
    title: 'a range beyond its mask',
    kind: 'issuing',
    breaks: ['constraint-ip'],
    extensions: permitted(ip(10, 0, 0, 1, 255, 255, 255, 0)),
  },
  { title: 'a range of 4 octets', kind: 'issuing', breaks: ['constraint-ip'], extensions: permitted(ip(10, 0, 0, 1)) },
  {
    title: 'a DNS constraint with a leading dot',
    kind: 'issuing',
    breaks: ['constraint-dns'],
    extensions: permitted(dns('.example.org')),
  },
  {
    title: 'a DNS constraint with a wildcard',
    kind: 'issuing',
    breaks: ['constraint-dns'],
    extensions: permitted(dns('*.example.org')),
  },
  {
    title: 'a constraint on directory names',
    kind: 'issuing',
    breaks: ['constraint-type'],
    extensions: permitted({ type: 'directory', name: ROOT.subject }),
  },
  {
    title: 'a CRL distribution point on LDAP',
    breaks: ['distribution-point-http'],
    extensions: crlAt('ldap://crl.example.org/issuing'),
  },
  {
    title: 'a CRL distribution point without a name',
    breaks: ['distribution-point-somewhere', 'distribution-point-http'],
    extensions: planted('cRLDistributionPoints', false, sequence(sequence())),
  },
  {
    title: 'a CRL distribution point with a space in it',
    breaks: ['distribution-point-http'],
    extensions: crlAt('http://crl.example.org/issuing ca.crl'),
  },
  {
    title: 'empty cRLDistributionPoints',
    breaks: ['distribution-point-http'],
    extensions: planted('cRLDistributionPoints', false, sequence()),
  },
  {
    title: 'an access location that is a directory name',
    breaks: ['access-location-http'],
    extensions: planted(
      'authorityInfoAccess',
      false,
      access(OID.adCaIssuers, { type: 'directory', name: ROOT.subject }),
    ),
  },
  {
    title: 'an access location on LDAP',
    breaks: ['access-location-http'],
    extensions: planted(
      'authorityInfoAccess',
      false,
      access(OID.adCaIssuers, { type: 'uri', value: 'ldap://example.org/ca' }),
    ),
  },
]);
