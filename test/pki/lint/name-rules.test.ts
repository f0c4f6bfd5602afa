import { ascii, sequence, setOf, TAG, tlv, utf8String } from '../../../src/pki/der/writer.ts';
import { NAME_RULES } from '../../../src/pki/lint/name-rules.ts';
import { OID } from '../../../src/pki/oids.ts';
import { attribute, commonNameOf, nameOf, testDefects } from '../../support/pki/certificate-defects.ts';
import { distinguishedName } from '../../support/pki/planted-certificate.ts';

testDefects(NAME_RULES, [
  {
    title: 'a commonName of 65 characters',
    breaks: ['name-bounds'],
    fields: { subject: distinguishedName('x'.repeat(65)) },
  },
  { title: 'an empty commonName', breaks: ['name-bounds'], fields: { subject: distinguishedName('') } },
  {
    title: 'a commonName in a BMPString',
    breaks: ['name-string-type'],
    fields: { subject: commonNameOf(tlv(TAG.bmpString, Uint8Array.of(0, 0x61))) },
  },
  {
    title: 'a countryName in a UTF8String',
    breaks: ['name-string-type'],
    fields: { subject: nameOf(attribute(OID.countryName, utf8String('CH'))) },
  },
  {
    title: 'an underscore in a PrintableString',
    breaks: ['printable-string-alphabet'],
    fields: { subject: commonNameOf(ascii(TAG.printableString, 'a_b')) },
  },
  {
    title: 'a commonName that ends with a space',
    breaks: ['name-visible'],
    fields: { subject: distinguishedName('payments ') },
  },
  {
    title: 'a commonName with an override of its direction',
    breaks: ['name-visible'],
    fields: { subject: distinguishedName('pay\u202Ements') },
  },
  { title: 'a commonName with a NUL', breaks: ['name-visible'], fields: { subject: distinguishedName('payments\0') } },
  {
    title: 'a commonName with a byte order mark',
    breaks: ['name-visible'],
    fields: { subject: distinguishedName('\ufeffpayments') },
  },
  {
    title: 'two attributes in one RDN',
    breaks: ['one-attribute-per-rdn'],
    fields: {
      subject: sequence(
        setOf(attribute(OID.commonName, utf8String('a')), attribute(OID.organizationName, utf8String('b'))),
      ),
    },
  },
]);
