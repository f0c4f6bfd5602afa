import { expect, test } from 'vitest';
import { ascii, bitString, integer, oid, sequence, TAG, tlv, utf8String } from '../../../src/pki/der/writer.ts';
import { encodeGeneralNames } from '../../../src/pki/extension/general-name.ts';
import { FOREIGN_EXTENSION_RULES } from '../../../src/pki/lint/foreign-extension-rules.ts';
import { lintSignedCertificate } from '../../../src/pki/lint/signed-certificate-lint.ts';
import { OID, type OidName } from '../../../src/pki/oids.ts';
import { encodeParts, goodParts, planted } from '../../support/pki/planted-certificate.ts';

const POLICY = oid('1.2.3.4');

const policy = (...qualifiers: readonly Uint8Array[]): Uint8Array =>
  sequence(POLICY, ...(qualifiers.length === 0 ? [] : [sequence(...qualifiers)]));

const notice = (text: Uint8Array): Uint8Array => sequence(oid(OID.unotice), sequence(text));

const mapping = (from: Uint8Array, to: Uint8Array): Uint8Array => sequence(sequence(from, to));

const skip = (tag: number): Uint8Array => sequence(tlv(tag, Uint8Array.of(0)));

const NAMES = encodeGeneralNames([{ type: 'dns', value: 'ca.example.org' }]);

/** Returns the broken rules of a CA certificate with this extension, apart from the usual ones. */
function broken(name: OidName, critical: boolean, value: Uint8Array): readonly string[] {
  const good = goodParts('issuing');
  const parts = { ...good, extensions: { ...good.extensions, ...planted(name, critical, value) } };
  const der = sequence(encodeParts(parts), parts.signatureAlgorithm, bitString(new Uint8Array(64).fill(1)));
  return lintSignedCertificate(der, ['standard']).findings.map(({ rule }) => rule);
}

test.each<[string, OidName, boolean, Uint8Array]>([
  ['names of the issuer', 'issuerAltName', false, NAMES],
  ['a policy', 'certificatePolicies', false, sequence(policy(notice(utf8String('as is'))))],
  ['a mapping', 'policyMappings', true, mapping(POLICY, oid('1.2.3.5'))],
  ['policy constraints', 'policyConstraints', true, skip(0x80)],
  ['no any policy', 'inhibitAnyPolicy', true, integer(0)],
])('lets %s through', (_, name, critical, value) => {
  expect(broken(name, critical, value)).toEqual([]);
});

const DEFECTS: readonly (readonly [title: string, rule: string, OidName, critical: boolean, value: Uint8Array])[] = [
  ['no names of the issuer', 'issuer-alt-name', 'issuerAltName', false, sequence()],
  ['a space for a name', 'issuer-alt-name', 'issuerAltName', false, encodeGeneralNames([{ type: 'dns', value: ' ' }])],
  ['critical names of the issuer', 'issuerAltName-not-critical', 'issuerAltName', true, NAMES],
  ['a policy twice', 'certificatePolicies-structure', 'certificatePolicies', false, sequence(policy(), policy())],
  [
    'a notice in IA5',
    'explicit-text',
    'certificatePolicies',
    false,
    sequence(policy(notice(ascii(TAG.ia5String, 'as is')))),
  ],
  ['no mapping', 'policyMappings-structure', 'policyMappings', true, sequence()],
  ['a mapping that may be passed over', 'policyMappings-critical', 'policyMappings', false, mapping(POLICY, POLICY)],
  ['a mapping of anything', 'no-mapping-of-any-policy', 'policyMappings', true, mapping(oid(OID.anyPolicy), POLICY)],
  ['empty policy constraints', 'policyConstraints-structure', 'policyConstraints', true, sequence()],
  ['policy constraints to pass over', 'policyConstraints-critical', 'policyConstraints', false, skip(0x80)],
  [
    'a negative inhibition',
    'inhibitAnyPolicy-structure',
    'inhibitAnyPolicy',
    true,
    tlv(TAG.integer, Uint8Array.of(0xff)),
  ],
  ['an inhibition to pass over', 'inhibitAnyPolicy-critical', 'inhibitAnyPolicy', false, integer(0)],
  ['a critical freshest CRL', 'freshestCRL-not-critical', 'freshestCRL', true, sequence(sequence())],
  ['a critical repository', 'subjectInfoAccess-not-critical', 'subjectInfoAccess', true, sequence(sequence())],
  ['no freshest CRL', 'extension-not-empty', 'freshestCRL', false, sequence()],
];

test.each(DEFECTS)('finds %s: %s', (_, rule, name, critical, value) => {
  expect(broken(name, critical, value)).toEqual([rule]);
});

test('every rule is broken by at least one fixture', () => {
  const found = new Set(DEFECTS.map(([, rule]) => rule));
  expect(FOREIGN_EXTENSION_RULES.map(({ name }) => name).filter(name => !found.has(name))).toEqual([]);
});
