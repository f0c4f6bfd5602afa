import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesDns, matchesPath, parseDnsPattern, parsePathPattern } from '../../../src/policy/rules/pattern.ts';
import { errorOf } from '../../support/errors.ts';
import { matchesGlob } from '../../../src/text/glob.ts';

describe('a path pattern', () => {
  test.each([
    ['/**', '/web', true],
    ['/**', '/ns/prod/sa/web', true],
    ['/**', '', false],
    ['/web', '/web', true],
    ['/web', '/web2', false],
    ['/web', '/Web', false],
    ['/web', '/web/a', false],
    ['/ns/*', '/ns/prod', true],
    ['/ns/*', '/ns/prod/sa', false],
    ['/ns/*/sa/*', '/ns/prod/sa/web', true],
    ['/ns/prod-*', '/ns/prod-eu', true],
    ['/ns/prod-*', '/ns/prod-', true],
    ['/ns/prod/**', '/ns/prod', false],
    ['/ns/prod/**', '/ns/prod/sa/web', true],
    ['/ns/prod/**', '/ns/product/web', false],
    ['/**/web', '/a/b/web', true],
    ['/**/web', '/web', false],
    ['/a.b', '/axb', false],
  ])('%s matches %j: %s', (pattern, path, matched) => {
    expect(matchesPath(parsePathPattern(pattern), path)).toBe(matched);
  });

  test.each(['', 'web', '**', '/', '/a/', '//', '/a**', '/a/../b', '/a b', '/[a]', '/***', '/%2a'])(
    '%j is refused',
    pattern => {
      expect(errorOf(() => parsePathPattern(pattern)).code).toBe('ERR_PATTERN');
    },
  );
});

describe('a DNS pattern', () => {
  test.each([
    ['*', 'web', true],
    ['*', 'localhost', true],
    ['*', 'web.example.org', false],
    ['*.example.org', 'web.example.org', true],
    ['*.example.org', '*.example.org', true],
    ['*.example.org', 'a.web.example.org', false],
    ['*.example.org', 'example.org', false],
    ['web-*.Example.org', 'web-1.example.org', true],
    ['db.example.net', 'db.example.net', true],
    ['db.example.net', 'dbxexample.net', false],
  ])('%s matches %s: %s', (pattern, name, matched) => {
    expect(matchesDns(parseDnsPattern(pattern), name)).toBe(matched);
  });

  test.each(['', '.', '.example.org', 'a_b', 'web.*.', 'http://x'])('%j is refused', pattern => {
    expect(errorOf(() => parseDnsPattern(pattern)).code).toBe('ERR_PATTERN');
  });
});

test('a glob matches what the regular expression of its meaning matches', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
  fc.assert(
    fc.property(short, short, (glob, text) => {
      const meaning = glob.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*');
      expect(matchesGlob(glob, text)).toBe(new RegExp(`^${meaning}$`).test(text));
    }),
    { numRuns: 3000 },
  );
});

test('a hostile glob takes no longer than its length times the text', () => {
  expect(matchesGlob('*a'.repeat(50), `${'a'.repeat(20_000)}b`)).toBe(false);
});
