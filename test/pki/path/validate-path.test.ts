import { describe, expect, test } from 'vitest';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeExtKeyUsage } from '../../../src/pki/extension/ext-key-usage.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { OID } from '../../../src/pki/oids.ts';
import { certificateLabel, readPathCertificate } from '../../../src/pki/path/path-certificate.ts';
import type { RefusalCode } from '../../../src/pki/path/refusal.ts';
import { loadTrustStore } from '../../../src/pki/path/trust-store.ts';
import { validatePath, type PathQuestion, type PathVerdict } from '../../../src/pki/path/validate-path.ts';
import {
  makeCa,
  makeLeaf,
  names,
  newKey,
  NOW,
  UNKNOWN_CRITICAL,
  type TestCertificate,
} from '../../support/pki/path-pki.ts';
import { planted, without } from '../../support/pki/planted-certificate.ts';

const root = makeCa({ name: 'root' });
const issuing = makeCa({ name: 'issuing', issuer: root });
const leaf = makeLeaf({ name: 'leaf', issuer: issuing });

function validate(
  target: TestCertificate,
  { anchors = [root], intermediates = [issuing], ...question }: Options = {},
): PathVerdict {
  const trust = loadTrustStore({ anchors: anchors.map(c => c.der), intermediates: intermediates.map(c => c.der) });
  return validatePath(readPathCertificate(target.der), trust, { now: NOW, purpose: 'server', ...question });
}

interface Options extends Partial<Omit<PathQuestion, 'intermediates'>> {
  readonly anchors?: readonly TestCertificate[];
  readonly intermediates?: readonly TestCertificate[];
}

function reason(verdict: PathVerdict): RefusalCode | 'accepted' {
  return verdict.accepted ? 'accepted' : verdict.reason.code;
}

const path = (verdict: PathVerdict) => (verdict.accepted ? verdict.path.map(certificateLabel) : verdict.reason);

/** Validates a leaf of an issuing CA of that kind. */
const under = (extensions: Readonly<Record<string, Uint8Array>>, options: Options = {}) => {
  const ca = makeCa({ name: 'odd', issuer: root, extensions });
  return reason(validate(makeLeaf({ name: 'leaf', issuer: ca }), { intermediates: [ca], ...options }));
};

test('accepts leaf, issuing CA and root, and returns the path from the target to its anchor', () => {
  expect(path(validate(leaf))).toEqual(['CN=leaf', 'CN=issuing', 'CN=root']);
});

test('reports the clause, the message and every path that was tried', () => {
  const verdict = validate(leaf, { intermediates: [] });
  expect(verdict).toMatchObject({
    accepted: false,
    reason: { code: 'no-issuer', clause: 'RFC 5280 §6.1.3 (a)(4); RFC 4158 §2' },
  });
  expect(verdict.tried).toHaveLength(1);
});

describe('a certificate in a path', () => {
  test('is valid from notBefore to the end of the second notAfter, both inclusive', () => {
    const at = (now: string) => reason(validate(leaf, { now: new Date(now) }));
    expect(at('2025-12-31T23:59:59.999Z')).toBe('not-valid-yet');
    expect(at('2026-01-01T00:00:00Z')).toBe('accepted');
    expect(at('2027-01-01T00:00:00.999Z')).toBe('accepted');
    expect(at('2027-01-01T00:00:01Z')).toBe('expired');
    expect(at('no time at all')).toBe('not-valid-yet');
  });

  test('must be signed by the key of its issuer', () => {
    const forged = makeLeaf({ name: 'leaf', issuer: issuing, signs: new Uint8Array(3) });
    expect(reason(validate(forged))).toBe('signature-wrong');
  });

  test('must be issued by a CA that may sign certificates', () => {
    expect(under(without('basicConstraints'))).toBe('key-cert-sign-without-ca');
    expect(under({ ...without('basicConstraints'), ...without('keyUsage') })).toBe('not-a-ca');
    expect(under(planted('keyUsage', true, encodeKeyUsage(['cRLSign'])))).toBe('key-cert-sign-missing');
    expect(under(without('keyUsage'))).toBe('accepted');
  });

  test('must have no unprocessed critical extension, at any place in the path', () => {
    expect(under(UNKNOWN_CRITICAL)).toBe('extension-critical-unknown');
    const odd = makeLeaf({ name: 'leaf', issuer: issuing, extensions: UNKNOWN_CRITICAL });
    expect(reason(validate(odd))).toBe('extension-critical-unknown');
    const anchor = makeCa({ name: 'anchor', extensions: UNKNOWN_CRITICAL });
    expect(reason(validate(makeLeaf({ name: 'leaf', issuer: anchor }), { anchors: [anchor] }))).toBe(
      'extension-critical-unknown',
    );
  });

  test('must have key identifiers, and its anchor critical basicConstraints', () => {
    expect(under(without('subjectKeyIdentifier'))).toBe('subject-key-identifier-missing');
    expect(under(without('authorityKeyIdentifier'))).toBe('authority-key-identifier-missing');
    const loose = planted('basicConstraints', false, encodeBasicConstraints({ ca: true }));
    expect(under(loose)).toBe('accepted');
    const anchor = makeCa({ name: 'anchor', extensions: loose });
    expect(reason(validate(makeLeaf({ name: 'leaf', issuer: anchor }), { anchors: [anchor] }))).toBe(
      'basic-constraints-not-critical',
    );
  });
});

describe('path length', () => {
  const limited = planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: 0 }));
  const top = makeCa({ name: 'top', issuer: root, extensions: limited });

  test('counts the CAs below', () => {
    const below = makeCa({ name: 'below', issuer: top });
    const target = makeLeaf({ name: 'leaf', issuer: below });
    expect(reason(validate(target, { intermediates: [top, below] }))).toBe('path-length');
  });

  test('does not count a self-issued CA or the target', () => {
    const rolled = makeCa({ name: 'top', issuer: top });
    const target = makeLeaf({ name: 'leaf', issuer: rolled });
    expect(path(validate(target, { intermediates: [top, rolled] }))).toEqual([
      'CN=leaf',
      'CN=top',
      'CN=top',
      'CN=root',
    ]);
    expect(reason(validate(makeCa({ name: 'below', issuer: top }), { intermediates: [top] }))).toBe('accepted');
  });
});

describe('purpose', () => {
  const only = (...purposes: readonly string[]) => planted('extKeyUsage', false, encodeExtKeyUsage(purposes));

  test('must be in the extKeyUsage of the target, and of every CA that has one', () => {
    const client = makeLeaf({ name: 'leaf', issuer: issuing, extensions: only(OID.clientAuth) });
    expect(reason(validate(client))).toBe('purpose-refused');
    expect(reason(validate(client, { purpose: 'client' }))).toBe('accepted');
    expect(reason(validate(client, { purpose: 'any' }))).toBe('accepted');
    expect(under(only(OID.clientAuth))).toBe('purpose-refused');
    expect(under(only(OID.anyExtendedKeyUsage))).toBe('accepted');
  });
});

describe('building', () => {
  test('tries another path after a failure and reports the reason', () => {
    const key = newKey();
    const expired = makeCa({ name: 'crossed', issuer: root, key, notBefore: '2026-03-01', notAfter: '2026-04-01' });
    const current = makeCa({ name: 'crossed', issuer: root, key });
    const verdict = validate(makeLeaf({ name: 'leaf', issuer: current }), { intermediates: [expired, current] });
    expect(reason(verdict)).toBe('accepted');
    expect(verdict.tried.map(({ refusal }) => refusal.code)).toEqual(['expired']);
  });

  test('ends with CAs that certify one another', () => {
    const [one, two] = [newKey(), newKey()];
    const outside = makeCa({ name: 'outside' });
    const first = makeCa({ name: 'one', issuer: { ...outside, ...two, name: 'two' }, key: one });
    const second = makeCa({ name: 'two', issuer: { ...outside, ...one, name: 'one' }, key: two });
    const verdict = validate(makeLeaf({ name: 'leaf', issuer: first }), { intermediates: [first, second] });
    expect(verdict.tried.map(({ refusal }) => refusal.code)).toEqual(['loop']);
  });

  test('stops at a hundred signatures', () => {
    const rivals = Array.from({ length: 101 }, () => makeCa({ name: 'many', issuer: root }));
    const target = makeLeaf({ name: 'leaf', issuer: { ...rivals[0]!, ...newKey() } });
    expect(reason(validate(target, { intermediates: rivals }))).toBe('too-many-signatures');
  });

  test('stops at the given depth', () => {
    expect(reason(validate(leaf, { limits: { depth: 0 } }))).toBe('too-deep');
    expect(reason(validate(leaf, { limits: { depth: 1 } }))).toBe('accepted');
  });

  test('rejects a target that is an anchor', () => {
    expect(reason(validate(root))).toBe('target-is-an-anchor');
  });

  test('ignores material that cannot be read, and reports it', () => {
    const trust = loadTrustStore({
      anchors: [root.der, Uint8Array.of(0x30)],
      intermediates: [issuing.der.subarray(1)],
    });
    expect(trust.unreadable.map(({ what, index }) => [what, index])).toEqual([
      ['anchor', 1],
      ['intermediate', 0],
    ]);
  });
});

describe('identity', () => {
  const held = makeLeaf({
    name: 'common',
    issuer: issuing,
    extensions: names(
      { type: 'dns', value: 'a.example.org' },
      { type: 'dns', value: '*.b.example.org' },
      { type: 'ip', octets: Uint8Array.of(10, 0, 0, 7) },
      { type: 'uri', value: 'spiffe://example.org/a' },
    ),
  });
  const ask = (identity: PathQuestion['identity']) => reason(validate(held, { ...(identity && { identity }) }));

  test.each([
    ['a name', { dns: 'A.example.org' }],
    ['a name under a wildcard', { dns: 'x.b.example.org' }],
    ['an address', { ip: '10.0.0.7' }],
    ['a SPIFFE ID', { spiffe: 'spiffe://example.org/a' }],
  ])('finds %s in the subjectAltName', (_, identity) => expect(ask(identity)).toBe('accepted'));

  test.each([
    ['the common name', { dns: 'common' }],
    ['a wildcard across two labels', { dns: 'x.y.b.example.org' }],
    ['the name above a wildcard', { dns: 'b.example.org' }],
    ['a wildcard itself', { dns: '*.b.example.org' }],
    ['an address as a name', { dns: '10.0.0.7' }],
    ['another SPIFFE ID', { spiffe: 'spiffe://example.org/A' }],
  ])('does not accept %s', (_, identity) => expect(ask(identity)).toBe('identity-differs'));

  test('requires a subjectAltName', () => {
    const bare = makeLeaf({ name: 'leaf', issuer: issuing, extensions: without('subjectAltName') });
    expect(reason(validate(bare, { identity: { dns: 'leaf' } }))).toBe('identity-absent');
  });
});
