import { verify, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { signCertificate } from '../../../src/pki/certificate/sign.ts';
import { requireLinted } from '../../../src/pki/lint/gate.ts';
import { lintCertificate, type LintedTbs } from '../../../src/pki/lint/lint.ts';
import type { CertificateKind } from '../../../src/pki/lint/certificate-facts.ts';
import { encodeParts, goodParts, ISSUING, issuerOf, ROOT, validity } from '../../support/pki/planted-certificate.ts';

const KINDS: readonly CertificateKind[] = ['root', 'issuing', 'cross', 'svid', 'server', 'client'];
const outlives = encodeParts({
  ...goodParts('svid'),
  validity: validity('2026-03-01T00:00:00Z', '2027-01-01T00:00:01Z'),
});
const lintSvid = (): LintedTbs =>
  requireLinted(lintCertificate(encodeParts(goodParts('svid')), { kind: 'svid', issuer: ISSUING }));

describe('signing', () => {
  test.each(KINDS)('signs a good certificate of kind %s', kind => {
    const tbsDer = encodeParts(goodParts(kind));
    const issuer = issuerOf(kind);
    const der = signCertificate(requireLinted(lintCertificate(tbsDer, { kind, issuer })), issuer);
    const { tbs, signature, signatureAlgorithm } = decodeCertificate(der);
    expect(tbs.der).toEqual(tbsDer);
    expect(signatureAlgorithm.der).toEqual(tbs.signatureAlgorithm.der);
    const key = createPublicKey({ key: Buffer.from(issuer.publicKeyDer), format: 'der', type: 'spki' });
    expect(verify('sha256', tbsDer, key, signature)).toBe(true);
  });

  test('throws TypeError for a structure that was not linted', () => {
    expect(() => signCertificate({} as LintedTbs, ISSUING)).toThrow('not linted, or already signed');
    expect(() => signCertificate({ ...lintSvid() }, ISSUING)).toThrow('not linted, or already signed');
  });

  test('uses a linted structure once', () => {
    const linted = lintSvid();
    signCertificate(linted, ISSUING);
    expect(() => signCertificate(linted, ISSUING)).toThrow('not linted, or already signed');
  });

  test('uses a linted structure only for the issuer of the lint', () => {
    const linted = lintSvid();
    expect(() => signCertificate(linted, ROOT)).toThrow('linted against another issuer');
    expect(() => signCertificate(linted, { ...ISSUING, subject: ROOT.subject })).toThrow('linted against another');
    expect(() => signCertificate(linted, { ...ISSUING, publicKeyDer: ROOT.publicKeyDer })).toThrow('another issuer');
    expect(() => signCertificate(linted, { ...ISSUING })).not.toThrow();
  });

  test('signs the linted bytes even if the original changes later', () => {
    const original = Buffer.from(encodeParts(goodParts('svid')));
    const before = Uint8Array.from(original);
    const linted = requireLinted(lintCertificate(original, { kind: 'svid', issuer: ISSUING }));
    original.fill(0);
    expect(decodeCertificate(signCertificate(linted, ISSUING)).tbs.der).toEqual(before);
  });

  test('refuses an empty signature', () => {
    const mute = { ...ISSUING, sign: () => new Uint8Array() };
    expect(() => signCertificate(lintSvid(), mute)).toThrow('differs from the linted one');
  });
});

describe('refusing', () => {
  test('returns every broken rule as data', () => {
    expect(lintCertificate(outlives, { kind: 'svid', issuer: ISSUING })).toEqual({
      findings: [
        {
          rule: 'ends-with-issuer',
          clause: 'RFC 5280 §6.1.3',
          severity: 'error',
          message: "notAfter 2027-01-01T00:00:01.000Z is after the issuer's notAfter 2027-01-01T00:00:00.000Z",
        },
      ],
    });
  });

  test('reports the rule, its clause and that nothing was signed', () => {
    const outcome = lintCertificate(outlives, { kind: 'server', issuer: ISSUING });
    expect(() => requireLinted(outcome, 'the certificate of "payments"')).toThrow(
      expect.objectContaining({
        code: 'ERR_LINT',
        exitStatus: 7,
        summary:
          'the certificate of "payments" breaks 2 rules; nothing was signed: notAfter 2027-01-01T00:00:01.000Z ' +
          "is after the issuer's notAfter 2027-01-01T00:00:00.000Z (ends-with-issuer, RFC 5280 §6.1.3)",
        details: [
          'extKeyUsage is serverAuth, clientAuth instead of serverAuth ' +
            '(profile-purposes, RFC 5280 §4.2.1.12, X509-SVID §4.4)',
        ],
      }),
    );
  });
});
