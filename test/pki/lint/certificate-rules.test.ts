import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { sequence, TAG, tlv } from '../../../src/pki/der/writer.ts';
import { encodeGeneralNames } from '../../../src/pki/extension/general-name.ts';
import { ISSUANCE_RULES } from '../../../src/pki/lint/certificate-rules.ts';
import { lintCertificate } from '../../../src/pki/lint/lint.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodeTbsCertificate } from '../../../src/pki/certificate/parsed.ts';
import {
  brokenRules,
  commonNameOf,
  constraints,
  crlAt,
  dns,
  ip,
  names,
  NO_REV_AVAIL,
  ONE_DAY,
  permitted,
  rsaKey,
  SPIFFE,
  usages,
  type Defect,
} from '../../support/pki/certificate-defects.ts';
import {
  distinguishedName,
  encodeParts,
  goodParts,
  issuerOf,
  planted,
  readName,
  validity,
  without,
} from '../../support/pki/planted-certificate.ts';

test('every rule has a unique name', () => {
  const ruleNames = ISSUANCE_RULES.map(({ name }) => name);
  expect(ruleNames.filter((name, i) => ruleNames.indexOf(name) !== i)).toEqual([]);
});

const OLD_ROOT = commonNameOf(tlv(TAG.bmpString, Uint8Array.of(0, 0x52)));

const GOOD: readonly Omit<Defect, 'breaks'>[] = [
  {
    title: 'an empty subject beside a critical subjectAltName',
    fields: { subject: sequence() },
    extensions: planted('subjectAltName', true, encodeGeneralNames([SPIFFE])),
  },
  {
    title: 'DNS names, a wildcard and addresses',
    extensions: names(
      SPIFFE,
      dns('payments'),
      dns('*.payments.example.org'),
      ip(10, 0, 0, 1),
      ip(...new Array<number>(16).fill(1)),
    ),
  },
  {
    title: 'a commonName of 64 characters beyond the BMP',
    fields: { subject: distinguishedName('\u{1f512}'.repeat(64)) },
  },
  {
    title: 'exactly the lifetime of its issuer',
    fields: { validity: validity('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z') },
  },
  {
    title: 'a lifetime of one second',
    fields: { validity: validity('2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z') },
  },
  {
    title: 'a notAfter after 2049',
    fields: { validity: validity('2026-03-01T00:00:00Z', '2050-01-01T00:00:00Z') },
    issuer: { notAfter: new Date('2051-01-01T00:00:00Z') },
  },
  { title: 'a CRL distribution point', extensions: crlAt('http://crl.example.org:8080/issuing.crl?g=1') },
  { title: 'noRevAvail for a day', fields: { validity: ONE_DAY }, extensions: NO_REV_AVAIL },
  { title: 'basicConstraints of a leaf', extensions: constraints(false) },
  { title: 'an RSA key', fields: { publicKey: rsaKey() } },
  {
    title: 'an RSA key of a server that enciphers',
    fields: { publicKey: rsaKey() },
    extensions: usages('digitalSignature', 'keyEncipherment'),
  },
  {
    title: 'an Ed25519 key',
    fields: {
      publicKey: new Uint8Array(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })),
    },
  },
  { title: 'a root without authorityKeyIdentifier', kind: 'root', extensions: without('authorityKeyIdentifier') },
  { title: 'a CA without a SPIFFE ID', kind: 'issuing', extensions: without('subjectAltName') },
  {
    title: 'a CA with constraints on names and addresses',
    kind: 'issuing',
    extensions: permitted(dns('example.org'), { type: 'uri', value: 'example.org' }, ip(10, 0, 0, 0, 255, 0, 0, 0)),
  },
  { title: 'an issuing CA below a pathLenConstraint of 1', kind: 'issuing', issuer: { pathLength: 1 } },
  {
    title: 'names that the issuer permits',
    extensions: names(SPIFFE, dns('payments.example.org'), ip(10, 0, 0, 1)),
    issuer: {
      nameConstraints: {
        permitted: [dns('example.org'), { type: 'uri', value: 'example.org' }],
        excluded: [dns('internal.example.org')],
      },
    },
  },
  {
    title: 'a CA below an external root with a name in a BMPString',
    kind: 'issuing',
    fields: { issuer: OLD_ROOT },
    issuer: { subject: readName(OLD_ROOT) },
  },
  { title: 'a cross certificate without a limit', kind: 'cross' },
  { title: 'a cross certificate with a limit', kind: 'cross', extensions: constraints(true, 0) },
];

for (const { title, ...good } of GOOD) {
  test(`lets through ${title}`, () => expect(brokenRules(good)).toEqual([]));
}

/** Returns the fields that no request chooses. */
function fixedFields(der: Uint8Array) {
  const tbs = decodeTbsCertificate(der);
  const free: readonly string[] = [OID.subjectKeyIdentifier, OID.subjectAltName];
  return {
    version: tbs.version,
    serialLength: tbs.serial.length,
    signatureAlgorithm: tbs.signatureAlgorithm.der,
    issuer: tbs.issuer.der,
    keyAlgorithm: tbs.publicKey.algorithm.der,
    keyLength: tbs.publicKey.bits.length,
    extensions: tbs.extensions.map(({ value, ...rest }) => ({ ...rest, ...(!free.includes(rest.oid) && { value }) })),
  };
}

test('finds every changed octet except in fields that the request chooses', () => {
  const good = encodeParts(goodParts('svid'));
  let passed = 0;
  for (let at = 0; at < good.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Uint8Array.from(good);
      changed[at]! ^= 1 << bit;
      if ('findings' in lintCertificate(changed, { kind: 'svid', issuer: issuerOf('svid') })) continue;
      passed++;
      expect(fixedFields(changed)).toEqual(fixedFields(good));
    }
  }
  expect(passed).toBeGreaterThan(0);
});
