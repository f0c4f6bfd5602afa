import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/pki/bytes.ts';
import {
  contextTag,
  generalizedTime,
  integer,
  sequence,
  TAG,
  time,
  tlv,
  unsignedInteger,
} from '../../../src/pki/der/writer.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeAuthorityKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { CRL_ISSUANCE_RULES } from '../../../src/pki/lint/crl-rules.ts';
import { lintCrl, type CrlFrame } from '../../../src/pki/lint/lint-crl.ts';
import { OID } from '../../../src/pki/oids.ts';
import { sequenceHeader } from '../../../src/pki/crl/prepare.ts';
import { distinguishedName, ISSUING, ROOT } from '../../support/pki/planted-certificate.ts';

const THIS_UPDATE = new Date('2026-11-21T00:00:00Z');
const NEXT_UPDATE = new Date('2026-12-05T00:00:00Z');
const PREVIOUS = 1_000n;

interface CrlParts {
  readonly version: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdate: Uint8Array;
  readonly nextUpdate: Uint8Array;
  /** The header of the list, without its entries. */
  readonly revoked: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

const AKI = encodeExtension(OID.authorityKeyIdentifier, false, encodeAuthorityKeyIdentifier(ISSUING.keyIdentifier));
const number = (value: Uint8Array, critical = false): Uint8Array => encodeExtension(OID.cRLNumber, critical, value);

const GOOD: CrlParts = {
  version: integer(1),
  signatureAlgorithm: ISSUING.algorithm.signatureAlgorithmDer,
  issuer: ISSUING.subject.der,
  thisUpdate: time(THIS_UPDATE),
  nextUpdate: time(NEXT_UPDATE),
  revoked: new Uint8Array(),
  extensions: [AKI, number(integer(1_001n))],
};

function frameOf({ extensions, ...fields }: CrlParts): CrlFrame {
  const content = concatBytes(Object.values(fields));
  const after = extensions.length === 0 ? new Uint8Array() : tlv(contextTag(0, true), sequence(...extensions));
  return {
    before: concatBytes([sequenceHeader(content.length + after.length), content]),
    after,
    entriesLength: 0,
  };
}

const lint = (frame: CrlFrame) => lintCrl(frame, { issuer: ISSUING, previousNumber: PREVIOUS });

interface Defect {
  readonly title: string;
  readonly breaks: readonly string[];
  readonly plant: Partial<CrlParts>;
}

const DEFECTS: readonly Defect[] = [
  { title: 'a CRL of version 1', breaks: ['der'], plant: { version: new Uint8Array() } },
  {
    title: 'a CRL of version 1 without extensions',
    breaks: ['crl-version-2', 'crl-authority-key-identifier', 'crl-number-present'],
    plant: { version: new Uint8Array(), extensions: [] },
  },
  {
    title: 'a signature algorithm that is not the issuer’s',
    breaks: ['crl-signature-algorithm-of-issuer'],
    plant: { signatureAlgorithm: sequence(tlv(TAG.oid, Uint8Array.of(42, 3, 4))) },
  },
  {
    title: 'an issuer name that differs from the CA’s subject',
    breaks: ['crl-issuer-name'],
    plant: { issuer: distinguishedName('Example Issuing g2') },
  },
  {
    title: 'a GeneralizedTime before 2050 as thisUpdate',
    breaks: ['this-update-form'],
    plant: { thisUpdate: generalizedTime(THIS_UPDATE) },
  },
  {
    title: 'a GeneralizedTime before 2050 as nextUpdate',
    breaks: ['next-update-form'],
    plant: { nextUpdate: generalizedTime(NEXT_UPDATE) },
  },
  { title: 'a CRL without nextUpdate', breaks: ['next-update-present'], plant: { nextUpdate: new Uint8Array() } },
  {
    title: 'a nextUpdate equal to thisUpdate',
    breaks: ['next-update-later'],
    plant: { nextUpdate: time(THIS_UPDATE) },
  },
  { title: 'an empty revokedCertificates', breaks: ['revoked-certificates-absent'], plant: { revoked: sequence() } },
  {
    title: 'an extension value of another type',
    breaks: ['crl-extension-structure', 'crl-number-present'],
    plant: { extensions: [AKI, number(time(THIS_UPDATE))] },
  },
  {
    title: 'a delta CRL',
    breaks: ['crl-extension-known'],
    plant: { extensions: [...GOOD.extensions, encodeExtension(OID.deltaCRLIndicator, true, integer(1))] },
  },
  {
    title: 'an issuingDistributionPoint',
    breaks: ['crl-extension-known'],
    plant: { extensions: [...GOOD.extensions, encodeExtension(OID.issuingDistributionPoint, true, sequence())] },
  },
  {
    title: 'a CRL without authorityKeyIdentifier',
    breaks: ['crl-authority-key-identifier'],
    plant: { extensions: [number(integer(1_001n))] },
  },
  {
    title: 'the key identifier of another CA',
    breaks: ['crl-authority-key-of-issuer'],
    plant: {
      extensions: [
        encodeExtension(OID.authorityKeyIdentifier, false, encodeAuthorityKeyIdentifier(ROOT.keyIdentifier)),
        number(integer(1_001n)),
      ],
    },
  },
  {
    title: 'an authorityKeyIdentifier that names issuer and serial number',
    breaks: ['crl-authority-key-identifier-alone'],
    plant: {
      extensions: [
        encodeExtension(
          OID.authorityKeyIdentifier,
          false,
          sequence(
            tlv(contextTag(0, false), ISSUING.keyIdentifier),
            tlv(contextTag(1, true), tlv(contextTag(4, true), ROOT.subject.der)),
            tlv(contextTag(2, false), Uint8Array.of(1)),
          ),
        ),
        number(integer(1_001n)),
      ],
    },
  },
  {
    title: 'a critical cRLNumber',
    breaks: ['crl-extensions-not-critical'],
    plant: { extensions: [AKI, number(integer(1_001n), true)] },
  },
  { title: 'a CRL without a number', breaks: ['crl-number-present'], plant: { extensions: [AKI] } },
  {
    title: 'the number 0',
    breaks: ['crl-number-positive', 'crl-number-grows'],
    plant: { extensions: [AKI, number(integer(0))] },
  },
  {
    title: 'a negative number',
    breaks: ['crl-number-positive', 'crl-number-grows'],
    plant: { extensions: [AKI, number(Uint8Array.of(TAG.integer, 1, 0x80))] },
  },
  {
    title: 'a number of 21 octets',
    breaks: ['crl-number-length'],
    plant: { extensions: [AKI, number(unsignedInteger(new Uint8Array(21).fill(0x11)))] },
  },
  {
    title: 'the number of the previous CRL',
    breaks: ['crl-number-grows'],
    plant: { extensions: [AKI, number(integer(PREVIOUS))] },
  },
];

const brokenRules = (outcome: ReturnType<typeof lint>): readonly string[] =>
  'findings' in outcome ? outcome.findings.map(({ rule }) => rule) : [];

describe('a CRL without its entries', () => {
  test('passes if it breaks no rule', () => {
    expect(lint(frameOf(GOOD))).toHaveProperty('linted');
  });

  test('passes as the first CRL of its issuer', () => {
    const first = frameOf({ ...GOOD, extensions: [AKI, number(integer(1))] });
    expect(lintCrl(first, { issuer: ISSUING, previousNumber: undefined })).toHaveProperty('linted');
  });

  test.each(DEFECTS.map(defect => [defect.title, defect] as const))('refuses %s', (_, { plant, breaks }) => {
    expect(brokenRules(lint(frameOf({ ...GOOD, ...plant })))).toEqual(breaks);
  });

  test('every rule is broken by at least one fixture', () => {
    const broken = new Set(DEFECTS.flatMap(({ breaks }) => breaks));
    expect(CRL_ISSUANCE_RULES.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });

  test('refuses a frame with inconsistent lengths', () => {
    const { before, after } = frameOf(GOOD);
    expect(brokenRules(lint({ before, after, entriesLength: 40 }))).toEqual(['der']);
    expect(brokenRules(lint({ before, after: concatBytes([after, after]), entriesLength: 0 }))).toEqual(['der']);
  });
});
