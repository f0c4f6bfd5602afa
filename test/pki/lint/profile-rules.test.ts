import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { PROFILE_RULES } from '../../../src/pki/lint/profile-rules.ts';
import { OID } from '../../../src/pki/oids.ts';
import {
  constraints,
  dns,
  names,
  purposes,
  rsaKey,
  SPIFFE,
  testDefects,
  usages,
} from '../../support/pki/certificate-defects.ts';
import { planted, without } from '../../support/pki/planted-certificate.ts';

testDefects(PROFILE_RULES, [
  {
    title: 'a leaf that is a CA',
    breaks: ['path-length-of-issuer', 'profile-ca'],
    extensions: constraints(true),
  },
  {
    title: 'an issuing CA without basicConstraints',
    kind: 'issuing',
    breaks: ['key-cert-sign-implies-ca', 'profile-ca', 'profile-path-length'],
    extensions: without('basicConstraints'),
  },
  {
    title: 'a root with a pathLenConstraint',
    kind: 'root',
    breaks: ['profile-path-length'],
    extensions: constraints(true, 1),
  },
  {
    title: 'an issuing CA without a pathLenConstraint',
    kind: 'issuing',
    breaks: ['profile-path-length'],
    extensions: constraints(true),
  },
  { title: 'a leaf without keyUsage', breaks: ['profile-key-usage'], extensions: without('keyUsage') },
  {
    title: 'a CA that does not sign CRLs',
    kind: 'issuing',
    breaks: ['profile-key-usage'],
    extensions: usages('keyCertSign'),
  },
  {
    title: 'a CA that authenticates',
    kind: 'issuing',
    breaks: ['profile-key-usage'],
    extensions: usages('digitalSignature', 'keyCertSign', 'cRLSign'),
  },
  {
    title: 'a client with an RSA key that enciphers',
    kind: 'client',
    breaks: ['key-usage-of-purposes', 'profile-key-usage'],
    fields: { publicKey: rsaKey() },
    extensions: { ...purposes(OID.clientAuth), ...usages('digitalSignature', 'keyEncipherment') },
  },
  { title: 'an SVID for servers only', breaks: ['profile-purposes'], extensions: purposes(OID.serverAuth) },
  {
    title: 'a client certificate for servers',
    kind: 'client',
    breaks: ['profile-purposes'],
    extensions: purposes(OID.serverAuth),
  },
  { title: 'an SVID without purposes', breaks: ['profile-purposes'], extensions: without('extKeyUsage') },
  {
    title: 'a purpose that occurs twice',
    breaks: ['profile-purposes'],
    extensions: purposes(OID.serverAuth, OID.serverAuth),
  },
  {
    title: 'a CA with purposes',
    kind: 'issuing',
    breaks: ['profile-purposes'],
    extensions: purposes(OID.serverAuth, OID.clientAuth),
  },
  {
    title: 'a critical extKeyUsage',
    breaks: ['purposes-not-critical'],
    extensions: planted('extKeyUsage', true, encodeExtKeyUsage([OID.serverAuth, OID.clientAuth])),
  },
  {
    title: 'a leaf without subjectKeyIdentifier',
    breaks: ['subject-key-identifier-everywhere'],
    extensions: without('subjectKeyIdentifier'),
  },
  {
    title: 'two SPIFFE IDs',
    breaks: ['spiffe-one-uri'],
    extensions: names(SPIFFE, { type: 'uri', value: 'spiffe://example.org/ledger' }),
  },
  { title: 'DNS names alone', kind: 'server', breaks: ['spiffe-one-uri'], extensions: names(dns('api.example.org')) },
  {
    title: 'a SPIFFE ID in upper case',
    breaks: ['spiffe-id'],
    extensions: names({ type: 'uri', value: 'spiffe://Example.org/payments' }),
  },
  {
    title: 'a URI that is not a SPIFFE ID',
    breaks: ['spiffe-id'],
    extensions: names({ type: 'uri', value: 'https://example.org/payments' }),
  },
  {
    title: 'a leaf with the SPIFFE ID of its trust domain',
    breaks: ['spiffe-path'],
    extensions: names({ type: 'uri', value: 'spiffe://example.org' }),
  },
  {
    title: 'a CA with a SPIFFE ID that has a path',
    kind: 'issuing',
    breaks: ['spiffe-path'],
    extensions: names(SPIFFE),
  },
  {
    title: 'a CA with two SPIFFE IDs',
    kind: 'issuing',
    breaks: ['spiffe-one-uri'],
    extensions: names({ type: 'uri', value: 'spiffe://example.org' }, { type: 'uri', value: 'spiffe://example.com' }),
  },
  {
    title: 'an e-mail address in a leaf',
    breaks: ['alt-name-types'],
    extensions: names(SPIFFE, { type: 'email', value: 'root@example.org' }),
  },
  {
    title: 'a DNS name in a CA',
    kind: 'issuing',
    breaks: ['alt-name-types'],
    extensions: names({ type: 'uri', value: 'spiffe://example.org' }, dns('example.org')),
  },
]);
