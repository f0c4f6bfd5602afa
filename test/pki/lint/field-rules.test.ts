import { expect, test } from 'vitest';
import {
  contextTag,
  generalizedTime,
  integer,
  oid,
  sequence,
  TAG,
  time,
  tlv,
  unsignedInteger,
} from '../../../src/pki/der/writer.ts';
import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { FIELD_RULES } from '../../../src/pki/lint/field-rules.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { OID } from '../../../src/pki/oids.ts';
import { testDefects } from '../../support/pki/certificate-defects.ts';
import { encodeParts, goodParts, issuerOf, validity } from '../../support/pki/planted-certificate.ts';

testDefects(
  FIELD_RULES.filter(({ name }) => name !== 'version-3'),
  [
    { title: 'bytes that are not DER', breaks: ['der'], fields: { version: Uint8Array.of(0x30, 0x80, 0, 0) } },
    {
      title: 'an extension that occurs twice',
      breaks: ['der'],
      extensions: { again: encodeExtension(OID.keyUsage, true, encodeKeyUsage(['digitalSignature'])) },
    },
    {
      title: 'an encoded critical FALSE',
      breaks: ['der'],
      extensions: {
        extKeyUsage: sequence(
          oid(OID.extKeyUsage),
          Uint8Array.of(1, 1, 0),
          tlv(TAG.octetString, encodeExtKeyUsage([OID.serverAuth])),
        ),
      },
    },
    { title: 'extensions in a version 2', breaks: ['der'], fields: { version: tlv(contextTag(0, true), integer(1)) } },
    {
      title: 'a serial number of 0',
      breaks: ['serial-positive', 'serial-random'],
      fields: { serial: integer(0) },
    },
    {
      title: 'a negative serial number',
      breaks: ['serial-positive', 'serial-random'],
      fields: { serial: tlv(TAG.integer, new Uint8Array(16).fill(0xa5)) },
    },
    {
      title: 'a serial number of 21 octets',
      breaks: ['serial-length', 'serial-random'],
      fields: { serial: unsignedInteger(new Uint8Array(21).fill(0x5a)) },
    },
    {
      title: 'a serial number of fewer random bits than ours',
      breaks: ['serial-random'],
      fields: { serial: unsignedInteger(new Uint8Array(15).fill(0x5a)) },
    },
    {
      title: 'a GeneralizedTime before 2050 as notBefore',
      breaks: ['not-before-form'],
      fields: {
        validity: sequence(generalizedTime(new Date('2026-03-01T00:00:00Z')), time(new Date('2026-03-31T00:00:00Z'))),
      },
    },
    {
      title: 'a GeneralizedTime before 2050 as notAfter',
      breaks: ['not-after-form'],
      fields: {
        validity: sequence(time(new Date('2026-03-01T00:00:00Z')), generalizedTime(new Date('2026-03-31T00:00:00Z'))),
      },
    },
    {
      title: 'a leaf with notAfter before notBefore',
      breaks: ['validity-order'],
      fields: { validity: validity('2026-03-01T00:00:01Z', '2026-03-01T00:00:00Z') },
    },
    {
      title: 'an empty issuer name',
      breaks: ['issuer-named', 'issuer-name-of-issuer'],
      fields: { issuer: sequence() },
    },
    {
      title: 'a CA with an empty subject',
      kind: 'issuing',
      breaks: ['ca-named', 'subjectAltName-critical'],
      fields: { subject: sequence() },
    },
    {
      title: 'an issuerUniqueID',
      breaks: ['no-unique-identifier'],
      fields: { uniqueIdentifiers: tlv(contextTag(1, false), Uint8Array.of(0, 1)) },
    },
    {
      title: 'a subjectUniqueID',
      breaks: ['no-unique-identifier'],
      fields: { uniqueIdentifiers: tlv(contextTag(2, false), Uint8Array.of(0, 1)) },
    },
  ],
);

// the only defect that makes all extensions unreadable
test('refuses a certificate of version 1', () => {
  const bare = encodeParts({ ...goodParts('svid'), version: new Uint8Array(), extensions: {} });
  const outcome = lintCertificate(bare, { kind: 'svid', issuer: issuerOf('svid') });
  expect(outcome).toHaveProperty('findings', expect.arrayContaining([expect.objectContaining({ rule: 'version-3' })]));
});
