import { describe, expect, test } from 'vitest';
import { parseDnsSubtree, parseUriHost } from '../../../src/pki/name/subtree.ts';
import { errorOf } from '../../support/errors.ts';

describe('a DNS subtree', () => {
  test.each([
    ['example.org', 'example.org'],
    ['.example.org', 'example.org'],
    ['Example.ORG', 'example.org'],
    ['localhost', 'localhost'],
  ])('%s is the subtree of %s', (text, base) => {
    expect(parseDnsSubtree(text)).toBe(base);
  });

  test.each(['', '.', '..example.org', '*.example.org', 'example.org.', '10.0.0.0', 'a_b.org'])(
    '%j is refused',
    text => {
      const error = errorOf(() => parseDnsSubtree(text));
      expect(error.code).toBe('ERR_DNS_SUFFIX');
      expect(error.params['text']).toBe(text);
    },
  );
});

describe('a URI host', () => {
  test('is a host in lower case', () => {
    expect(parseUriHost('Example.org')).toBe('example.org');
  });

  test.each([
    ['spiffe://example.org', 'without scheme and path'],
    ['example.org/a', 'without scheme and path'],
    ['example.org:8443', 'without scheme and path'],
    ['.example.org', 'excludes the trust domain itself'],
    ['*.example.org', 'it cannot have "*"'],
    ['10.0.0.7', 'its last label is a number'],
  ])('%s is refused: %s', (text, reason) => {
    expect(errorOf(() => parseUriHost(text)).message).toContain(reason);
  });
});
