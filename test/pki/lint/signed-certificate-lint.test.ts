import { describe, expect, test } from 'vitest';
import { bitString, integer, sequence, setOf, TAG, tlv } from '../../../src/pki/der-writer.ts';
import { lintSignedCertificate } from '../../../src/pki/lint/signed-certificate-lint.ts';
import { encodeParts, goodParts, planted, type CertificateParts } from '../../support/planted-certificate.ts';

const SIGNATURE = bitString(new Uint8Array(64).fill(1));

function signed(plant: Partial<CertificateParts> = {}, outer?: Uint8Array): Uint8Array {
  const parts = { ...goodParts('svid'), ...plant };
  return sequence(encodeParts(parts), outer ?? parts.signatureAlgorithm, SIGNATURE);
}

const withExtension = (extension: Record<string, Uint8Array>): Uint8Array =>
  signed({ extensions: { ...goodParts('svid').extensions, ...extension } });

const broken = (der: Uint8Array): readonly string[] =>
  lintSignedCertificate(der, ['standard']).findings.map(({ rule, clause }) => `${rule} (${clause})`);

describe('a certificate that somebody has signed', () => {
  test('has no finding when nothing is wrong', () => {
    expect(lintSignedCertificate(signed(), ['standard', 'ours']).findings).toEqual([]);
  });

  test('is read on where DER forbids what it says and the meaning is plain', () => {
    const bare = sequence(setOf(), ...[]);
    expect(broken(signed({ issuer: bare }))).toEqual([
      'der (RFC 5280 §4.1.2.4, appendix A.1)',
      'issuer-named (RFC 5280 §4.1.2.4)',
    ]);
  });

  test('names the extension and goes on with the others', () => {
    // digitalSignature with its unused bits counted wrong, and keyCertSign
    const usage = planted('keyUsage', true, tlv(TAG.bitString, Uint8Array.of(1, 0x84)));
    expect(broken(withExtension(usage))).toEqual([
      'extension-structure (X.690 §11.2.2)',
      'key-cert-sign-implies-ca (RFC 5280 §4.2.1.3)',
      'key-usage-of-purposes (RFC 5280 §4.2.1.12)',
      'x509-svid (X509-SVID §5.2)',
    ]);
  });

  test('may not say one signature algorithm outside and another inside', () => {
    const other = sequence(tlv(TAG.oid, Uint8Array.of(42, 3, 4)));
    expect(broken(signed({}, other))).toEqual(['outer-is-inner (RFC 5280 §4.1.1.2)']);
  });

  test('is one finding when nothing can be made of it', () => {
    const { findings, facts } = lintSignedCertificate(integer(1), ['standard']);
    expect(findings).toMatchObject([
      { rule: 'der', message: 'a certificate should have tag 0x30, found 0x02 at byte 0' },
    ]);
    expect(facts).toBeUndefined();
  });

  test('is not read for longer than anybody reads findings', () => {
    const names = sequence(...Array.from({ length: 5000 }, () => setOf()));
    expect(lintSignedCertificate(signed({ issuer: names }), ['standard']).findings.length).toBeLessThan(200);
  });
});
