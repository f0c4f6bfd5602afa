import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constraintViolations } from '../../../src/pki/name/constraint-violation.ts';
import type { GeneralName } from '../../../src/pki/extension/general-name.ts';
import { dns, ip, SPIFFE } from '../../support/pki/certificate-defects.ts';

const uri = (value: string): GeneralName => ({ type: 'uri', value });
const permit = (base: GeneralName, ...names: readonly GeneralName[]) =>
  constraintViolations({ permitted: [base], excluded: [] }, names).map(({ rule }) => rule);
const exclude = (base: GeneralName, ...names: readonly GeneralName[]) =>
  constraintViolations({ permitted: [], excluded: [base] }, names).map(({ rule }) => rule);

describe('a DNS name (RFC 5280 §4.2.1.10)', () => {
  test.each([
    ['host.example.com', 'host.example.com', true],
    ['my.host.example.com', 'host.example.com', true],
    ['bighost.example.com', 'host.example.com', false],
    ['HOST.example.com', 'host.EXAMPLE.com', true],
    ['example.com', 'host.example.com', false],
    ['anything.at.all', '', true],
    // as OpenSSL reads a leading dot: only what is below
    ['example.com', '.example.com', false],
    ['a.example.com', '.example.com', true],
    ['*.example.com', 'example.com', true],
  ])('%s within %j: %s', (name, base, within) => {
    expect(permit(dns(base), dns(name))).toEqual(within ? [] : ['permitted']);
    expect(exclude(dns(base), dns(name))).toEqual(within ? ['excluded'] : []);
  });
});

describe('an IP address', () => {
  const net = ip(10, 0, 0, 0, 255, 0, 0, 0);
  test.each([
    [ip(10, 1, 2, 3), true],
    [ip(11, 0, 0, 0), false],
    [ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1), false],
  ])('%j within 10.0.0.0/8: %s', (address, within) => {
    expect(permit(net, address)).toEqual(within ? [] : ['permitted']);
  });

  test('lies in a range exactly when its masked octets are the same', () => {
    const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(octets, octets, octets, (address, base, mask) => {
        const within = address.every((octet, i) => (octet & mask[i]!) === (base[i]! & mask[i]!));
        expect(permit(ip(...base, ...mask), ip(...address))).toEqual(within ? [] : ['permitted']);
      }),
    );
  });
});

describe('a SPIFFE ID', () => {
  test.each([
    ['example.org', true],
    ['EXAMPLE.ORG', true],
    ['org', false],
    // names below the host only (tried on OpenSSL: field notes T13)
    ['.example.org', false],
    ['.org', true],
    ['example.com', false],
  ])('within %s: %s', (base, within) => {
    expect(permit(uri(base), SPIFFE)).toEqual(within ? [] : ['permitted']);
  });

  test('is judged by its host, whatever else stands in it', () => {
    const base = uri('example.org');
    for (const text of ['spiffe://example.org.evil.net/x', 'spiffe://evil.net/example.org', 'spiffe:example.org', '']) {
      expect(permit(base, uri(text))).toEqual(['permitted']);
    }
    expect(permit(base, uri('spiffe://user@example.org:443/x'))).toEqual([]);
  });
});

describe('names together', () => {
  test('are free where nothing of their type is permitted', () => {
    expect(permit(dns('example.org'), SPIFFE, ip(10, 0, 0, 1))).toEqual([]);
  });

  test('need one of the permitted subtrees, and none of the excluded', () => {
    const constraints = { permitted: [dns('a.org'), dns('b.org')], excluded: [dns('x.a.org')] };
    const names = [dns('w.a.org'), dns('b.org'), dns('x.a.org'), dns('c.org')];
    expect(constraintViolations(constraints, names)).toEqual([
      { name: dns('x.a.org'), rule: 'excluded', subtrees: [dns('x.a.org')] },
      { name: dns('c.org'), rule: 'permitted', subtrees: [dns('a.org'), dns('b.org')] },
    ]);
  });
});
