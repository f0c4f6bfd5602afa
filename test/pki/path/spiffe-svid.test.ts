import { describe, expect, test } from 'vitest';
import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { OID } from '../../../src/pki/oids.ts';
import { readPathCertificate } from '../../../src/pki/path/path-certificate.ts';
import { validateSvid } from '../../../src/pki/path/spiffe-svid.ts';
import { loadTrustStore } from '../../../src/pki/path/trust-store.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { makeCa, makeLeaf, names, NOW, type TestCertificate } from '../../support/pki/path-pki.ts';
import { planted, without } from '../../support/pki/planted-certificate.ts';

type Extensions = Readonly<Record<string, Uint8Array>>;

const id = (value: string): Extensions => names({ type: 'uri', value });
const usages = (...list: Parameters<typeof encodeKeyUsage>[0]): Extensions =>
  planted('keyUsage', true, encodeKeyUsage(list));

const root = makeCa({ name: 'root', extensions: id('spiffe://example.org') });
const otherRoot = makeCa({ name: 'other root', extensions: id('spiffe://other.org') });
const bundles = new Map(
  [root, otherRoot].map((anchor, i) => [
    parseTrustDomain(['example.org', 'other.org'][i]!),
    loadTrustStore({ anchors: [anchor.der] }),
  ]),
);

function ask(extensions: Extensions, issuer: TestCertificate = root): string {
  const leaf = makeLeaf({ name: 'leaf', issuer, extensions: { ...id('spiffe://example.org/a'), ...extensions } });
  const intermediates = issuer === root ? [] : [readPathCertificate(issuer.der)];
  const verdict = validateSvid(readPathCertificate(leaf.der), bundles, { now: NOW, intermediates });
  return verdict.accepted ? verdict.id.uri : verdict.reason.code;
}

test('returns the ID of a leaf that follows the specification', () => {
  expect(ask({})).toBe('spiffe://example.org/a');
  expect(ask(names({ type: 'dns', value: 'a.example.org' }, { type: 'uri', value: 'spiffe://example.org/a' }))).toBe(
    'spiffe://example.org/a',
  );
});

describe('rejects a leaf', () => {
  const two = names({ type: 'uri', value: 'spiffe://example.org/a' }, { type: 'uri', value: 'https://example.org' });
  test.each<[string, string, Extensions]>([
    ['with two URIs', 'svid-one-uri', two],
    ['without a URI', 'svid-one-uri', names({ type: 'dns', value: 'a.example.org' })],
    ['of another scheme', 'svid-id', id('https://example.org/a')],
    ['without a SPIFFE ID', 'svid-id', id('spiffe://example.org/a/')],
    ['that is a trust domain', 'svid-path', id('spiffe://example.org')],
    ['that is a CA', 'svid-leaf-is-ca', planted('basicConstraints', true, encodeBasicConstraints({ ca: true }))],
    ['without keyUsage', 'svid-key-usage', without('keyUsage')],
    [
      'with a keyUsage that is not critical',
      'svid-key-usage',
      planted('keyUsage', false, encodeKeyUsage(['digitalSignature'])),
    ],
    ['without digitalSignature', 'svid-key-usage', usages('keyAgreement')],
    ['that may sign CRLs', 'svid-key-usage', usages('digitalSignature', 'cRLSign')],
    ['for clients only', 'svid-extended-key-usage', planted('extKeyUsage', false, encodeExtKeyUsage([OID.clientAuth]))],
    ['of a trust domain without a bundle', 'svid-trust-domain', id('spiffe://third.org/a')],
    ["under another trust domain's root", 'no-issuer', id('spiffe://other.org/a')],
  ])('%s', (_, code, extensions) => expect(ask(extensions)).toBe(code));
});

describe('a signing certificate', () => {
  const under = (extensions: Extensions) => ask({}, makeCa({ name: 'issuing', issuer: root, extensions }));

  test('needs no ID, and must not have one with a path', () => {
    expect(under({})).toBe('spiffe://example.org/a');
    expect(under(id('spiffe://example.org'))).toBe('spiffe://example.org/a');
    expect(under(id('spiffe://example.org/issuing'))).toBe('svid-signer');
    expect(under(id('https://example.org'))).toBe('svid-signer');
  });

  test('must have a critical keyUsage', () => {
    expect(under(without('keyUsage'))).toBe('svid-signer');
    expect(under(planted('keyUsage', false, encodeKeyUsage(['keyCertSign'])))).toBe('svid-signer');
  });
});
