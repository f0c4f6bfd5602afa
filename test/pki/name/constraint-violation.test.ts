import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constraintViolations } from '../../../src/pki/name/constraint-violation.ts';
import type { GeneralName } from '../../../src/pki/extension/general-name.ts';
import { dns, ip, SPIFFE } from '../../support/pki/certificate-defects.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { DEFAULT_LIMITS, startBudget } from '../../../src/pki/path/budget.ts';
import { nameRefusal } from '../../../src/pki/path/constrained-names.ts';
import { readName } from '../../support/pki/planted-certificate.ts';

const uri = (value: string): GeneralName => ({ type: 'uri', value });
const directory = (value: string): GeneralName => ({
  type: 'directory',
  name: readName(encodeName([[OID.organizationName, value]])),
});
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
    // as in OpenSSL: with a leading dot, only names below the base
    ['example.com', '.example.com', false],
    ['a.example.com', '.example.com', true],
    ['*.example.com', 'example.com', true],
  ])('%s within %j: %s', (name, base, within) => {
    expect(permit(dns(base), dns(name))).toEqual(within ? [] : ['name-not-permitted']);
    expect(exclude(dns(base), dns(name))).toEqual(within ? ['name-excluded'] : []);
  });
});

describe('an IP address', () => {
  const net = ip(10, 0, 0, 0, 255, 0, 0, 0);
  test.each([
    [ip(10, 1, 2, 3), true],
    [ip(11, 0, 0, 0), false],
    [ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1), false],
  ])('%j within 10.0.0.0/8: %s', (address, within) => {
    expect(permit(net, address)).toEqual(within ? [] : ['name-not-permitted']);
  });

  test('is in a range exactly if its masked octets are equal', () => {
    const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(octets, octets, octets, (address, base, mask) => {
        const within = address.every((octet, i) => (octet & mask[i]!) === (base[i]! & mask[i]!));
        expect(permit(ip(...base, ...mask), ip(...address))).toEqual(within ? [] : ['name-not-permitted']);
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
    expect(permit(uri(base), SPIFFE)).toEqual(within ? [] : ['name-not-permitted']);
  });

  test('is compared by its host alone', () => {
    const base = uri('example.org');
    for (const text of ['spiffe://example.org.evil.net/x', 'spiffe://evil.net/example.org', 'spiffe:example.org', '']) {
      expect(permit(base, uri(text))).toEqual(['name-not-permitted']);
    }
    expect(permit(base, uri('spiffe://user@example.org:443/x'))).toEqual([]);
  });
});

describe('names together', () => {
  test('are unrestricted if there is no permitted subtree of their type', () => {
    expect(permit(dns('example.org'), SPIFFE, ip(10, 0, 0, 1))).toEqual([]);
  });

  test('must be in a permitted subtree and in no excluded one', () => {
    const constraints = { permitted: [dns('a.org'), dns('b.org')], excluded: [dns('x.a.org')] };
    const names = [dns('w.a.org'), dns('b.org'), dns('x.a.org'), dns('c.org')];
    expect(constraintViolations(constraints, names)).toMatchObject([
      { name: dns('x.a.org'), rule: 'name-excluded', subtrees: [dns('x.a.org')] },
      { name: dns('c.org'), rule: 'name-not-permitted', subtrees: [dns('a.org'), dns('b.org')] },
    ]);
  });

  test('have a violation exactly if the validator rejects them', () => {
    const host = fc.constantFrom('a.org', 'b.a.org', '*.a.org', 'c.b.a.org', 'org', 'A.ORG', 'x_y');
    const name: fc.Arbitrary<GeneralName> = fc.oneof(
      host.map(dns),
      host.map(value => uri(`spiffe://${value}/x`)),
      fc.constantFrom(uri('urn:a'), uri('https://10.0.0.1/'), ip(10, 0, 0, 1), ip(11, 0, 0, 1), ip(10, 0, 0)),
      fc.constantFrom<GeneralName>({ type: 'email', value: 'a@a.org' }, { type: 'email', value: 'a@b@a.org' }),
      fc.constantFrom('A', 'B').map(directory),
      fc.constant<GeneralName>({ type: 'other', tag: 0xa0, der: Uint8Array.of(0xa0, 0) }),
    );
    const base: fc.Arbitrary<GeneralName> = fc.oneof(
      fc.constantFrom('', 'a.org', 'b.a.org').map(dns),
      fc.constantFrom('', 'a.org', '.a.org').map(uri),
      fc.constantFrom(ip(10, 0, 0, 0, 255, 0, 0, 0), ip(11, 0, 0, 0, 255, 0, 0, 0)),
      fc.constantFrom('a.org', 'a@a.org').map((value): GeneralName => ({ type: 'email', value })),
      fc.constant(directory('A')),
      fc.constant<GeneralName>({ type: 'other', tag: 0xa0, der: Uint8Array.of(0xa0, 0) }),
    );
    const some = fc.array(base, { maxLength: 3 });
    fc.assert(
      fc.property(some, some, fc.array(name, { maxLength: 4 }), (permitted, excluded, names) => {
        const constraints = { permitted, excluded };
        const refused = nameRefusal(constraints, names, startBudget(DEFAULT_LIMITS));
        const violations = constraintViolations(constraints, names);
        expect(violations.map(({ rule }) => rule)).toEqual(
          refused === undefined ? [] : expect.arrayContaining([refused.code]),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  test('have a violation for a wildcard over an excluded name, and for a subject', () => {
    expect(exclude(dns('a.example.org'), dns('*.example.org'))).toEqual(['name-excluded']);
    expect(permit(directory('A'), directory('B'))).toEqual(['name-not-permitted']);
    expect(permit(directory('A'), directory('A'))).toEqual([]);
  });
});
