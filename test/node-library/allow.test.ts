import { describe, expect, test } from 'vitest';
import { matcherOf } from '../../src/node-library/allow.ts';
import type { PeerRule, SpiffeIdText } from '../../src/node-library/types.ts';

const at = (path: string): SpiffeIdText => `spiffe://example.org${path}`;
const accepts = (allow: PeerRule | readonly PeerRule[], id: SpiffeIdText): boolean => matcherOf({ allow })(id);

test('an ID accepts itself only', () => {
  expect(accepts(at('/payments'), at('/payments'))).toBe(true);
  for (const other of ['/payments2', '/payment', '/payments/a', '/Payments']) {
    expect(accepts(at('/payments'), at(other)), other).toBe(false);
  }
  expect(accepts(at('/payments'), 'spiffe://example.com/payments')).toBe(false);
});

test('memberOf accepts the IDs of one trust domain', () => {
  const rule = { memberOf: 'example.org' };
  expect(accepts(rule, at('/payments'))).toBe(true);
  expect(accepts(rule, at('/a/b/c'))).toBe(true);
  for (const other of ['example.org.evil.com', 'sub.example.org', 'example.or', 'xexample.org']) {
    expect(accepts(rule, `spiffe://${other}/payments`), other).toBe(false);
  }
});

describe('a pattern', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      '/ns/*/sa/web',
      ['/ns/a/sa/web', '/ns/b-1/sa/web'],
      ['/ns/sa/web', '/ns/a/b/sa/web', '/ns/a/sa/web/c', '/ns/a/sa/db'],
    ],
    ['/ns/**', ['/ns/a', '/ns/a/b/c'], ['/ns', '/nsx/a', '/other/ns/a']],
    ['/*', ['/a', '/b'], ['/a/b']],
    ['/**', ['/a', '/a/b'], []],
    ['/*/db', ['/a/db'], ['/db', '/a/b/db', '/a/dbx']],
    ['/a/*/**', ['/a/b/c', '/a/b/c/d'], ['/a/b', '/a']],
    ['/exact', ['/exact'], ['/exacts', '/other']],
  ])('%s', (pattern, good, bad) => {
    const rule = { pattern: at(pattern) };
    for (const path of good) expect(accepts(rule, at(path)), path).toBe(true);
    for (const path of bad) expect(accepts(rule, at(path)), path).toBe(false);
    expect(accepts(rule, `spiffe://example.com${good[0]!}`)).toBe(false);
  });

  test.each([
    'spiffe://*/payments',
    'spiffe://example.org/pay*',
    'spiffe://example.org/**/a',
    'spiffe://example.org/**/**',
    'spiffe://example.org',
    'spiffe://example.org/',
    'spiffe://**',
    'https://example.org/*',
    'spiffe://example.org/a//b',
    '',
  ])('%s: it accepts no peer, and is refused', pattern => {
    expect(() => matcherOf({ allow: { pattern: pattern as SpiffeIdText } })).toThrow(TypeError);
  });

  test('a name of a segment is not a regular expression', () => {
    expect(accepts({ pattern: at('/a.b/*') }, at('/axb/c'))).toBe(false);
  });
});

test('a function decides by true only', () => {
  expect(accepts(id => id === at('/a'), at('/a'))).toBe(true);
  expect(accepts(id => id === at('/a'), at('/b'))).toBe(false);
  // a promise, as of an async function, decides nothing
  const promise = (() => Promise.resolve(false)) as unknown as (id: SpiffeIdText) => boolean;
  expect(accepts(promise, at('/a'))).toBe(false);
});

test('one rule of a list is enough', () => {
  const rules: readonly PeerRule[] = [at('/a'), { memberOf: 'example.com' }, { pattern: at('/ns/*') }];
  const ids: readonly SpiffeIdText[] = [at('/a'), 'spiffe://example.com/x', at('/ns/b'), at('/b')];
  expect(ids.map(id => accepts(rules, id))).toEqual([true, true, true, false]);
});

test.each<[string, unknown]>([
  ['an empty list', []],
  ['nothing', undefined],
  ['null', null],
  ['an ID without a path', 'spiffe://example.org'],
  ['a URL', 'https://example.org/a'],
  ['a pattern as text', at('/*')],
  ['a trust domain as text', 'example.org'],
  ['another object', { id: at('/a') }],
  ['a list with one wrong rule', [at('/a'), 'example.org']],
  ['a wrong trust domain', { memberOf: 'Example.org' }],
  ['a trust domain with a path', { memberOf: 'example.org/a' }],
  ['no trust domain', { memberOf: undefined }],
  ['a pattern that is not a text', { pattern: 7 }],
])('%s is refused', (_, allow) => {
  expect(() => matcherOf({ allow: allow as PeerRule })).toThrow(TypeError);
});
