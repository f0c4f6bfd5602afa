import { describe, expect, test } from 'vitest';
import { bundleOfAnchors, parseBundleDocuments, type BundleDocument } from '../../../src/bundle/rules/document.ts';
import { bundleFindings } from '../../../src/bundle/rules/finding.ts';
import { encodeSpiffeBundle } from '../../../src/pki/bundle/trust-bundle.ts';
import { makeCa, makeLeaf, names, NOW, type Wanted } from '../../support/pki/path-pki.ts';

const root = (changes: Partial<Wanted> = {}) => makeCa({ name: 'root', notAfter: '2036-01-01', ...changes });
const spiffe = (...anchors: readonly { readonly der: Uint8Array }[]): BundleDocument => {
  const text = encodeSpiffeBundle(
    anchors.map(({ der }) => der),
    7,
    300,
  );
  return parseBundleDocuments(text) as BundleDocument;
};
const found = (document: BundleDocument, trustDomain?: string) =>
  bundleFindings(document, 'it', NOW, trustDomain).map(({ severity, name }) => `${severity} ${name}`);

test('our own bundle has no findings, as JSON and as PEM', () => {
  expect(found(spiffe(root(), root({ name: 'next' })))).toEqual([]);
  expect(found(bundleOfAnchors([root().der]))).toEqual([]);
});

describe('anchors of a bundle', () => {
  test.each([
    ['that has expired', root({ notAfter: '2026-05-01' }), ['critical anchor-expired']],
    ['that expires soon', root({ notAfter: '2026-06-20' }), ['warning anchor-expiring']],
    ['that is not valid yet', root({ notBefore: '2026-07-01' }), ['warning anchor-not-valid-yet']],
    ['that another CA signed', root({ name: 'issuing', issuer: root() }), ['warning anchor-not-self-signed']],
    [
      'that is a leaf',
      makeLeaf({ name: 'leaf', issuer: root() }),
      ['critical anchor-is-no-ca', 'warning anchor-not-self-signed'],
    ],
  ])('an anchor %s is reported', (_, anchor, expected) => expect(found(spiffe(anchor))).toEqual(expected));

  test('an expired anchor beside a good one is a warning', () => {
    expect(found(spiffe(root({ notAfter: '2026-05-01' }), root({ name: 'next' })))).toEqual(['warning anchor-expired']);
  });

  test('reports an anchor that occurs twice', () => {
    const anchor = root();
    expect(found(spiffe(anchor, anchor))).toEqual(['warning anchor-twice']);
  });

  test('reports an anchor of another trust domain, if the expected one is known', () => {
    const anchor = root({ extensions: names({ type: 'uri', value: 'spiffe://partner.example' }) });
    expect(found(spiffe(anchor), 'partner.example')).toEqual([]);
    expect(found(spiffe(anchor), 'other.example')).toEqual(['critical anchor-of-another']);
    expect(found(spiffe(anchor))).toEqual([]);
  });
});

describe('document of a bundle', () => {
  const { keys } = spiffe(root());
  const document = (value: object) => parseBundleDocuments(JSON.stringify(value)) as BundleDocument;
  const counts = { spiffe_sequence: 1, spiffe_refresh_hint: 300 };

  test.each([
    ['no sequence', { keys, spiffe_refresh_hint: 300 }, 'warning sequence-missing'],
    ['no refresh hint', { keys, spiffe_sequence: 1 }, 'warning refresh-hint-missing'],
    ['no anchors', { keys: [], ...counts }, 'warning no-anchors'],
    ['a kid', { keys: [{ ...keys[0], kid: 'a' }], ...counts }, 'warning key-has-kid'],
    ['a private key', { keys: [{ ...keys[0], d: 'AAAA' }], ...counts }, 'critical private-key'],
  ])('%s is reported', (_, value, expected) => expect(found(document(value))).toEqual([expected]));

  test('a kid of a JWT authority is allowed', () => {
    expect(found(document({ keys: [...keys, { kty: 'EC', use: 'jwt-svid', kid: 'a' }], ...counts }))).toEqual([]);
  });
});
