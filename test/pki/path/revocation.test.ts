import { describe, expect, test } from 'vitest';
import { integer, sequence, TAG, tlv } from '../../../src/pki/der/writer.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeDistributionPoint } from '../../../src/pki/extension/distribution-points.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodeGeneralName } from '../../../src/pki/extension/general-name.ts';
import { contextTag } from '../../../src/pki/der/writer.ts';
import { OID } from '../../../src/pki/oids.ts';
import { readPathCertificate } from '../../../src/pki/path/path-certificate.ts';
import { loadTrustStore } from '../../../src/pki/path/trust-store.ts';
import { validatePath } from '../../../src/pki/path/validate-path.ts';
import { makeCa, makeCrl, makeLeaf, NOW, type TestCertificate, type WantedCrl } from '../../support/pki/path-pki.ts';
import { planted, without } from '../../support/pki/planted-certificate.ts';

const root = makeCa({ name: 'root' });
const issuing = makeCa({ name: 'issuing', issuer: root });
const leaf = makeLeaf({ name: 'leaf', issuer: issuing });
const rootCrl = makeCrl({ issuer: root });

function ask(
  crls: readonly Uint8Array[],
  target = leaf,
  intermediates: readonly TestCertificate[] = [issuing],
): string {
  const trust = loadTrustStore({ anchors: [root.der], intermediates: intermediates.map(c => c.der), crls });
  const verdict = validatePath(readPathCertificate(target.der), trust, { now: NOW, purpose: 'any' });
  return verdict.accepted ? 'accepted' : verdict.reason.code;
}

const withCrl = (wanted: Partial<WantedCrl>): string => ask([rootCrl, makeCrl({ issuer: issuing, ...wanted })]);

test('accepts a path if the CRLs cover every certificate and list none', () => {
  expect(withCrl({ revoked: [200] })).toBe('accepted');
});

test('requires a CRL of every CA in the path', () => {
  expect(ask([makeCrl({ issuer: issuing })])).toBe('crl-missing');
  expect(ask([rootCrl])).toBe('crl-missing');
});

test('rejects a leaf that its issuer lists and a CA that the root lists', () => {
  expect(withCrl({ revoked: [leaf.serial] })).toBe('revoked');
  expect(ask([makeCrl({ issuer: root, revoked: [issuing.serial] }), makeCrl({ issuer: issuing })])).toBe('revoked');
  expect(ask([makeCrl({ issuer: root, revoked: [leaf.serial] }), makeCrl({ issuer: issuing })])).toBe('accepted');
});

describe('a CRL that cannot show that a certificate is not revoked', () => {
  const cases: readonly [string, Partial<WantedCrl>][] = [
    ['crl-expired', { nextUpdate: '2026-05-31' }],
    ['crl-not-valid-yet', { thisUpdate: '2026-06-02' }],
    ['crl-next-update-missing', { nextUpdate: '' }],
    ['crl-extension-missing', { extensions: without('cRLNumber') }],
  ];
  test.each(cases)('is rejected: %s', (code, wanted) => expect(withCrl(wanted)).toBe(code));
  test.each(cases)('still revokes the certificates that it lists: %s', (_, wanted) =>
    expect(withCrl({ ...wanted, revoked: [leaf.serial] })).toBe('revoked'),
  );

  test('is valid from thisUpdate to nextUpdate, both inclusive', () => {
    expect(withCrl({ nextUpdate: NOW.toISOString() })).toBe('accepted');
    expect(withCrl({ thisUpdate: NOW.toISOString() })).toBe('accepted');
  });
});

const flag = (number: number) => tlv(contextTag(number, false), Uint8Array.of(0xff));
const scope = (...fields: readonly Uint8Array[]) => ({
  extensions: planted('issuingDistributionPoint', true, sequence(...fields)),
});
const at = (uri: string) =>
  tlv(contextTag(0, true), tlv(contextTag(0, true), encodeGeneralName({ type: 'uri', value: uri })));

const reason = (code: number) => encodeExtension(OID.reasonCode, false, tlv(TAG.enumerated, Uint8Array.of(code)));

describe('a CRL that does not cover the certificate', () => {
  test.each<[string, Partial<WantedCrl>]>([
    ['crl-delta', { extensions: planted('deltaCRLIndicator', true, integer(6)) }],
    ['crl-delta', { extensions: planted('freshestCRL', false, encodeDistributionPoint('http://a.example.org/d')) }],
    ['crl-indirect', scope(flag(4))],
    ['crl-scope', scope(flag(2))],
    ['crl-scope', scope(flag(5))],
    ['crl-scope', scope(at('http://a.example.org/crl'))],
    ['crl-malformed', scope(flag(1), flag(2))],
    ['crl-malformed', scope()],
    ['crl-extension-criticality', { extensions: planted('cRLNumber', true, integer(7)) }],
    ['crl-extension-critical-unknown', { extensions: { unknown: encodeExtension('1.2.3', true, integer(1)) } }],
    ['crl-indirect', { revoked: [200], entryExtensions: encodeExtension(OID.certificateIssuer, true, sequence()) }],
    ['crl-extension-critical-unknown', { revoked: [200], entryExtensions: encodeExtension('1.2.3', true, integer(1)) }],
    ['crl-malformed', { revoked: [200], entryExtensions: encodeExtension(OID.reasonCode, false, integer(1)) }],
    // 7 is the only code up to 10 without a meaning in RFC 5280
    ['crl-malformed', { revoked: [200], entryExtensions: reason(7) }],
    ['accepted', { revoked: [200], entryExtensions: reason(8) }],
  ])('%s', (code, wanted) => expect(withCrl(wanted)).toBe(code));

  test('covers it if the scope matches the kind or a distribution point of the certificate', () => {
    expect(withCrl(scope(flag(1)))).toBe('accepted');
    const uri = 'http://a.example.org/crl';
    const pointed = makeLeaf({
      name: 'leaf',
      issuer: issuing,
      extensions: planted('cRLDistributionPoints', false, encodeDistributionPoint(uri)),
    });
    expect(ask([rootCrl, makeCrl({ issuer: issuing, ...scope(at(uri)) })], pointed)).toBe('accepted');
    expect(ask([rootCrl, makeCrl({ issuer: issuing, ...scope(at(`${uri}2`)) })], pointed)).toBe('crl-scope');
  });
});

describe('the signature of a CRL', () => {
  const signer = makeCa({
    name: 'issuing',
    issuer: root,
    extensions: planted('keyUsage', true, encodeKeyUsage(['cRLSign'])),
  });
  const signedByAnother = makeCrl({ issuer: signer });

  test('may be made with another key of that name if it leads to the same anchor', () => {
    expect(ask([rootCrl, signedByAnother], leaf, [issuing, signer])).toBe('accepted');
    expect(ask([rootCrl, signedByAnother], leaf, [issuing])).toBe('crl-signer-unknown');
  });

  test('is rejected if the certificate of its key is revoked or has no path', () => {
    const revoking = makeCrl({ issuer: root, revoked: [signer.serial] });
    expect(ask([revoking, signedByAnother], leaf, [issuing, signer])).toBe('crl-signer-unknown');
    const stranger = makeCa({ name: 'issuing' });
    expect(ask([rootCrl, makeCrl({ issuer: stranger })], leaf, [issuing, stranger])).toBe('crl-signer-unknown');
  });

  test('is rejected from a CA without cRLSign and from the wrong key', () => {
    const mute = makeCa({
      name: 'mute',
      issuer: root,
      extensions: planted('keyUsage', true, encodeKeyUsage(['keyCertSign'])),
    });
    expect(ask([rootCrl, makeCrl({ issuer: mute })], makeLeaf({ name: 'leaf', issuer: mute }), [mute])).toBe(
      'crl-sign-missing',
    );
    expect(withCrl({ issuer: { ...issuing, privateKey: root.privateKey } })).toBe('crl-signature-wrong');
  });
});
