import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnsNameFault, isBelow, parseDnsName } from '../../../src/pki/name/dns-name.ts';
import { errorOf } from '../../support/errors.ts';

const label63 = 'a'.repeat(63);

describe('a DNS name', () => {
  test.each([
    ['localhost', 'localhost'],
    ['payments', 'payments'],
    ['Payments.Example.ORG', 'payments.example.org'],
    ['*.example.org', '*.example.org'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['0day.example', '0day.example'],
    ['1.2.3.4.in-addr.arpa', '1.2.3.4.in-addr.arpa'],
    ['a--b.example', 'a--b.example'],
    [label63, label63],
    [`${label63}.${label63}.${label63}.${'a'.repeat(61)}`, `${label63}.${label63}.${label63}.${'a'.repeat(61)}`],
  ])('%s is written %s', (given, written) => {
    expect(parseDnsName(given)).toBe(written);
  });

  test.each([
    ['', 'it is empty'],
    ['.', 'ends with a dot'],
    ['.example.org', 'an empty label'],
    ['a..b', 'an empty label'],
    ['example.org.', 'ends with a dot'],
    ['a_b.example.org', 'cannot have an underscore'],
    ['-a.example.org', 'a hyphen'],
    ['a-.example.org', 'a hyphen'],
    ['a b', 'letters, digits and hyphens'],
    ['a/b', 'letters, digits and hyphens'],
    ['bücher.example', 'not ASCII'],
    ['a\0b', 'not ASCII'],
    ['\u212a.example', 'not ASCII'],
    ['xn--a.example', 'xn--a is not a valid A-label'],
    ['www.XN--12311613412431243.com', 'xn--12311613412431243 is not a valid A-label'],
    ['10.0.0.7', 'its last label is a number'],
    ['example.7', 'its last label is a number'],
    ['*', 'only allowed as the whole first label'],
    ['*.org', 'above two labels'],
    ['a.*.example.org', 'only allowed as the whole first label'],
    ['w*.example.org', 'only allowed as the whole first label'],
    ['*.*.example.org', 'only allowed as the whole first label'],
    ['a'.repeat(64), 'a label longer than 63'],
    [`${label63}.${label63}.${label63}.${'a'.repeat(62)}`, 'longer than 253'],
  ])('%j is refused: %s', (text, reason) => {
    const error = errorOf(() => parseDnsName(text));
    expect(error.code).toBe('ERR_DNS_NAME');
    expect(error.message).toContain(reason);
  });

  test.each([
    ['example.org.', 'write: example.org'],
    ['bücher.example', 'write an international name in its A-label form: xn--bcher-kva.example'],
    ['10.0.0.7', 'for an IP address use --ip'],
  ])('%s is refused with the hint: %s', (text, hint) => {
    expect(errorOf(() => parseDnsName(text)).hints).toEqual([hint]);
  });

  test('accepts only letters, digits, hyphen and dot of the 256 bytes inside a name', () => {
    const taken = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter(
      c => dnsNameFault(`a${c}b`) === undefined,
    );
    expect(taken.join('')).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
  });

  test('is ASCII after parsing, and parses to itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string({ unit: 'binary' })), text => {
        if (dnsNameFault(text) !== undefined) return;
        const name = parseDnsName(text);
        expect(name).toMatch(/^[a-z0-9.*-]+$/);
        expect(parseDnsName(name)).toBe(name);
      }),
    );
  });
});

test.each([
  ['example.org', true],
  ['a.example.org', true],
  ['*.example.org', true],
  ['notexample.org', false],
  ['example.org.evil', false],
  ['org', false],
])('%s is below example.org: %s', (name, below) => {
  expect(isBelow(name, 'example.org')).toBe(below);
});
