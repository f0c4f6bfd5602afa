import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { bitString, integer, sequence, setOf, TAG, tlv } from '../../../src/pki/der/writer.ts';
import { lintBytes } from '../../../src/pki/lint/lint-bytes.ts';
import { lintSignedCertificate } from '../../../src/pki/lint/signed-certificate-lint.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { errorOf } from '../../support/errors.ts';
import { encodeParts, goodParts, planted, type CertificateParts } from '../../support/pki/planted-certificate.ts';

const SIGNATURE = bitString(new Uint8Array(64).fill(1));

function signed(plant: Partial<CertificateParts> = {}, outer?: Uint8Array): Uint8Array {
  const parts = { ...goodParts('svid'), ...plant };
  return sequence(encodeParts(parts), outer ?? parts.signatureAlgorithm, SIGNATURE);
}

const withExtension = (extension: Record<string, Uint8Array>): Uint8Array =>
  signed({ extensions: { ...goodParts('svid').extensions, ...extension } });

const broken = (der: Uint8Array): readonly string[] =>
  lintSignedCertificate(der, ['standard']).findings.map(({ rule, clause }) => `${rule} (${clause})`);

describe('a signed certificate', () => {
  test('has no finding if it breaks no rule', () => {
    expect(lintSignedCertificate(signed(), ['standard', 'ours']).findings).toEqual([]);
  });

  test('is read further after a DER violation that does not change the meaning', () => {
    const bare = sequence(setOf(), ...[]);
    expect(broken(signed({ issuer: bare }))).toEqual([
      'der (RFC 5280 §4.1.2.4, appendix A.1)',
      'issuer-named (RFC 5280 §4.1.2.4)',
    ]);
  });

  test('reports a malformed extension by name and reads the others', () => {
    // digitalSignature with a wrong number of unused bits, and keyCertSign
    const usage = planted('keyUsage', true, tlv(TAG.bitString, Uint8Array.of(1, 0x84)));
    expect(broken(withExtension(usage))).toEqual([
      'extension-structure (X.690 §11.2.2)',
      'key-cert-sign-implies-ca (RFC 5280 §4.2.1.3)',
      'key-usage-of-purposes (RFC 5280 §4.2.1.12)',
      'x509-svid (X509-SVID §5.2)',
    ]);
  });

  test('has a finding if the outer and inner signature algorithms differ', () => {
    const other = sequence(tlv(TAG.oid, Uint8Array.of(42, 3, 4)));
    expect(broken(signed({}, other))).toEqual(['outer-is-inner (RFC 5280 §4.1.1.2)']);
  });

  test('has exactly one finding if it cannot be decoded', () => {
    const { findings, facts } = lintSignedCertificate(integer(1), ['standard']);
    expect(findings).toMatchObject([
      { rule: 'der', message: 'a certificate should have tag 0x30, found 0x02 at byte 0' },
    ]);
    expect(facts).toBeUndefined();
  });

  test('has a limited number of findings', () => {
    const names = sequence(...Array.from({ length: 5000 }, () => setOf()));
    expect(lintSignedCertificate(signed({ issuer: names }), ['standard']).findings.length).toBeLessThan(200);
  });
});

describe('a file to lint', () => {
  const pem = (label: 'CERTIFICATE' | 'X509 CRL' | 'PRIVATE KEY', der: Uint8Array): string => encodePem(label, der);
  const lint = (content: string | Uint8Array) =>
    lintBytes(typeof content === 'string' ? utf8(content) : content, 'a.pem', '"a.pem"', ['standard']);

  test('is linted block by block without its keys', () => {
    const content = pem('PRIVATE KEY', integer(1)) + pem('CERTIFICATE', signed()) + pem('X509 CRL', integer(1));
    expect(lint(content)).toMatchObject([
      { block: 2, type: 'certificate', encoding: 'PEM', name: 'CN=payments', findings: [] },
      { block: 3, type: 'crl', findings: [{ rule: 'der' }] },
    ]);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'it is neither PEM nor DER'],
    ['a text', 'certificate', 'it is neither PEM nor DER'],
    ['a key', pem('PRIVATE KEY', integer(1)), 'it contains no certificate and no CRL'],
    ['a block without an end', '-----BEGIN CERTIFICATE-----\n', 'a CERTIFICATE block has no END line'],
    ['too many blocks', pem('CERTIFICATE', integer(1)).repeat(10_001), 'it contains 10001 PEM blocks, more than 10000'],
    [
      'too large a certificate',
      pem('CERTIFICATE', new Uint8Array(1024 * 1024 + 1)),
      'it contains a certificate of 1048577 bytes, more than 1048576',
    ],
  ])('is refused if it contains %s', (_, content, reason) => {
    expect(errorOf(() => lint(content))).toMatchObject({ code: 'ERR_LINT_INPUT', params: { reason } });
  });
});
