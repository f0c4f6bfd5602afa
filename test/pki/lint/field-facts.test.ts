import { describe, expect, test } from 'vitest';
import { bitString, contextTag, integer, sequence, time, tlv } from '../../../src/pki/der/writer.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeNameConstraints } from '../../../src/pki/extension/name-constraints.ts';
import type { CertificateKind } from '../../../src/pki/lint/certificate-facts.ts';
import { CONSUMERS } from '../../../src/pki/lint/consumer.ts';
import { fieldVerdicts } from '../../../src/pki/lint/field-facts.ts';
import { lintBytes } from '../../../src/pki/lint/lint-bytes.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import {
  encodeParts,
  goodParts,
  ISSUING,
  planted,
  ROOT,
  type CertificateParts,
} from '../../support/pki/planted-certificate.ts';

const NOW = new Date('2026-03-02T00:00:00Z');
const SIGNATURE = bitString(new Uint8Array(64).fill(1));

function crl(issuer: typeof ROOT, ...extensions: readonly Uint8Array[]): string {
  const { signatureAlgorithmDer } = issuer.algorithm;
  const tbs = sequence(
    integer(1),
    signatureAlgorithmDer,
    issuer.subject.der,
    time(new Date('2026-03-01T00:00:00Z')),
    time(new Date('2026-03-15T00:00:00Z')),
    ...(extensions.length === 0 ? [] : [tlv(contextTag(0, true), sequence(...extensions))]),
  );
  return encodePem('X509 CRL', sequence(tbs, signatureAlgorithmDer, SIGNATURE));
}

function certificate(kind: CertificateKind, plant: Partial<CertificateParts>): string {
  const parts = { ...goodParts(kind), ...plant };
  return encodePem('CERTIFICATE', sequence(encodeParts(parts), parts.signatureAlgorithm, SIGNATURE));
}

const BOTH = crl(ROOT) + crl(ISSUING);

/** Returns verdicts such as `node T3 breaks` for certificates and CRLs that are linted as one file. */
function told(content: string | Uint8Array, now = NOW): readonly string[] {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const linted = lintBytes(bytes, 'a file', 'a file', []);
  return fieldVerdicts(linted, CONSUMERS, now).map(({ consumer, trial, effect }) => `${consumer} ${trial} ${effect}`);
}

const withExtension = (kind: CertificateKind, extension: Record<string, Uint8Array>): string =>
  certificate(kind, { extensions: { ...goodParts(kind).extensions, ...extension } });

const constrained = (uri: string): string =>
  withExtension(
    'issuing',
    planted('nameConstraints', true, encodeNameConstraints({ permitted: [{ type: 'uri', value: uri }], excluded: [] })),
  );

describe('the results of trials', () => {
  test.each([
    ['an ordinary SVID', certificate('svid', {}), []],
    [
      'the CRL of one CA alone',
      crl(ISSUING),
      ['node T2 breaks', 'nginx T2 breaks', 'node T14 mind', 'python T15 mind'],
    ],
    ['several CRLs in one file', BOTH, ['node T14 mind', 'python T15 mind', 'node T3 breaks', 'nginx T4 works']],
    ['a URI constraint', constrained('example.org'), ['rustls T13 breaks']],
    ['a URI constraint with a dot', constrained('.example.org'), ['rustls T13 breaks', 'any T13 breaks']],
    ['an empty subject', certificate('svid', { subject: sequence() }), ['node T18 mind']],
    [
      'a root with a path length',
      withExtension('root', planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: 1 }))),
      ['any T20 breaks'],
    ],
  ])('%s', (_, content, expected) => {
    expect(told(content)).toEqual(expected);
  });

  test('a CRL that has expired', () => {
    expect(told(BOTH, new Date('2026-03-15T00:00:00Z'))).toContain('any T5 breaks');
  });

  test('a delta CRL', () => {
    expect(told(crl(ISSUING, encodeExtension(OID.deltaCRLIndicator, true, integer(1))))).toContain('node T8 breaks');
  });

  test('a CRL with an issuingDistributionPoint', () => {
    const uri = tlv(contextTag(6, false), new TextEncoder().encode('http://crl.example.org/'));
    const point = sequence(tlv(contextTag(0, true), tlv(contextTag(0, true), uri)));
    expect(told(crl(ISSUING, encodeExtension(OID.issuingDistributionPoint, true, point)))).toContain('any T6 breaks');
  });

  test('a CRL in DER', () => {
    const der = Buffer.from(crl(ROOT).replace(/-----.*-----|\n/g, ''), 'base64');
    expect(told(der)).toContain('node T9 breaks');
  });
});
