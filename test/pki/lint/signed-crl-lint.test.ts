import { describe, expect, test } from 'vitest';
import { bitString, contextTag, integer, sequence, setOf, time, tlv } from '../../../src/pki/der/writer.ts';
import { encodeCrlEntry } from '../../../src/pki/crl/entry.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeAuthorityKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { lintSignedCrl } from '../../../src/pki/lint/signed-crl-lint.ts';
import type { RuleScope } from '../../../src/pki/lint/rule.ts';
import { OID } from '../../../src/pki/oids.ts';
import { ISSUING } from '../../support/pki/planted-certificate.ts';

const ALGORITHM = ISSUING.algorithm.signatureAlgorithmDer;
const THIS_UPDATE = new Date('2026-03-01T00:00:00Z');
const NUMBER = encodeExtension(OID.cRLNumber, false, integer(7));
const AKI = encodeExtension(OID.authorityKeyIdentifier, false, encodeAuthorityKeyIdentifier(ISSUING.keyIdentifier));

const entry = (serial: string, revokedAt = THIS_UPDATE): Uint8Array =>
  encodeCrlEntry({ serial, revokedAt, reason: 'keyCompromise' });

interface Parts {
  readonly issuer?: Uint8Array;
  readonly entries?: readonly Uint8Array[];
  readonly extensions?: readonly Uint8Array[];
  readonly outer?: Uint8Array;
}

function crl({ issuer = ISSUING.subject.der, entries = [], extensions = [AKI, NUMBER], outer = ALGORITHM }: Parts) {
  const tbs = sequence(
    integer(1),
    ALGORITHM,
    issuer,
    time(THIS_UPDATE),
    time(new Date('2026-03-15T00:00:00Z')),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(extensions.length === 0 ? [] : [tlv(contextTag(0, true), sequence(...extensions))]),
  );
  return sequence(tbs, outer, bitString(new Uint8Array(64).fill(1)));
}

const broken = (parts: Parts, scopes: readonly RuleScope[] = ['standard']): readonly string[] =>
  lintSignedCrl(crl(parts), scopes).findings.map(({ rule }) => rule);

describe('a signed CRL', () => {
  test('has no finding if it breaks no rule', () => {
    expect(broken({ entries: [entry('40aa'), entry('40ab')] }, ['standard', 'ours'])).toEqual([]);
  });

  test.each<[string, Parts, string[]]>([
    ['no number', { extensions: [AKI] }, ['crl-number-present']],
    ['no key identifier', { extensions: [NUMBER] }, ['crl-authority-key-identifier']],
    ['another algorithm outside', { outer: sequence(tlv(0x06, Uint8Array.of(42, 3, 4))) }, ['outer-is-inner']],
    ['an empty RDN in its issuer', { issuer: sequence(setOf()) }, ['der']],
    ['a serial number of 0', { entries: [entry('00')] }, ['entry-serial']],
    ['an entry that is not an object', { entries: [integer(1)] }, ['der']],
  ])('may not have %s', (_, parts, rules) => {
    expect(broken(parts)).toEqual(rules);
  });

  test('may have entries in any order and with any date, except under the rules of svcauth', () => {
    const entries = [entry('40ab', new Date('2026-04-01T00:00:00Z')), entry('40aa')];
    expect(broken({ entries })).toEqual([]);
    expect(broken({ entries }, ['standard', 'ours'])).toEqual(['revocation-date', 'entries-sorted']);
  });
});
