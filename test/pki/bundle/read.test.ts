import { describe, expect, test } from 'vitest';
import { parseBundleMap, parseSpiffeBundle } from '../../../src/pki/bundle/read.ts';
import { encodeSpiffeBundle } from '../../../src/pki/bundle/trust-bundle.ts';
import { errorOf } from '../../support/errors.ts';
import { makeCa } from '../../support/pki/path-pki.ts';
import { describeVectors } from '../../support/vectors.ts';

const { der } = makeCa({ name: 'root' });
const ours = encodeSpiffeBundle([der], 7, 3600);
const [key] = (JSON.parse(ours) as { keys: [Record<string, unknown>] }).keys;
const withKey = (changes: Record<string, unknown>) => JSON.stringify({ keys: [{ ...key, ...changes }] });
const reasonFor = (text: string) => errorOf(() => parseSpiffeBundle(text)).message;

test('reads a bundle that svcauth wrote', () => {
  expect(parseSpiffeBundle(ours)).toEqual({ x509Authorities: [der], sequence: 7, refreshHint: 3600 });
});

test('reads a bundle without keys as an empty list of anchors', () => {
  expect(parseSpiffeBundle('{"keys": []}').x509Authorities).toEqual([]);
});

test.each([
  ['of another use', { use: 'jwt-svid', kid: 'a' }],
  ['without a use', { use: undefined }],
  ['without x5c', { x5c: undefined }],
])('ignores a key %s', (_, changes) => {
  expect(parseSpiffeBundle(withKey(changes)).x509Authorities).toEqual([]);
});

test.each([
  ['that is not JSON', '{', 'not valid JSON'],
  ['that is not an object', '[]', 'it is not a JSON object'],
  ['without keys', '{"spiffe_sequence": 1}', 'it has no array "keys"'],
  ['with a member twice', '{"keys": [], "keys": []}', 'the member "keys" occurs twice in one object'],
  ['with a member twice, once escaped', '{"keys": [], "\\u006beys": []}', 'the member "keys" occurs twice'],
  ['with a key that is not an object', '{"keys": [1]}', 'key 0: it is not a JSON object'],
  ['with two certificates in one key', withKey({ x5c: ['', ''] }), 'exactly one certificate'],
  ['with base64url for base64', withKey({ x5c: ['_-_-'] }), 'its "x5c" is not base64'],
  ['with something else in x5c', withKey({ x5c: ['MAA='] }), 'its "x5c" is not a certificate'],
  ['with the certificate of another key', withKey({ x: 'AAAA' }), 'its certificate has another public key'],
  [
    'with a sequence that is no count',
    '{"keys": [], "spiffe_sequence": -1}',
    '"spiffe_sequence" is not a non-negative integer',
  ],
])('refuses a bundle %s', (_, text, reason) => expect(reasonFor(text)).toContain(reason));

test('accepts one member name in two objects, and inside a value', () => {
  expect(parseSpiffeBundle('{"keys": [{"use": "a", "x": ":"}, {"use": "use"}]}').x509Authorities).toEqual([]);
});

describe('a bundle map', () => {
  test('keeps the bundles of trust domains apart', () => {
    const map = parseBundleMap(`{"trust_domains": {"example.org": ${ours}, "other.org": {"keys": []}}}`);
    expect([...map].map(([domain, bundle]) => [domain, bundle.x509Authorities.length])).toEqual([
      ['example.org', 1],
      ['other.org', 0],
    ]);
  });

  test.each([
    ['a trust domain twice', '{"trust_domains": {"a": {"keys": []}, "a": {"keys": []}}}', 'ERR_BUNDLE_MAP'],
    ['no trust domains', '{}', 'ERR_BUNDLE_MAP'],
    ['a bundle without keys', '{"trust_domains": {"a": {}}}', 'ERR_BUNDLE_MAP'],
    ['a name that is not a trust domain', '{"trust_domains": {"spiffe://a": {"keys": []}}}', 'ERR_TRUST_DOMAIN'],
  ])('with %s is refused', (_, text, code) => expect(errorOf(() => parseBundleMap(text)).code).toBe(code));
});

describeVectors<{ files: readonly { id: string; text: string }[] }>(
  'spiffe/go-spiffe-testdata.json',
  "go-spiffe's bundles",
  ({ files }) => {
    const bundles = files.filter(file => file.id.startsWith('bundle/spiffebundle/'));
    test.each(bundles.filter(({ id }) => id.includes('_valid')).map(file => [file.id, file.text]))('%s', (_, text) => {
      expect(parseSpiffeBundle(text).x509Authorities.length).toBeGreaterThan(0);
    });
  },
);
