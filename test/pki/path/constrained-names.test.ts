import { describe, expect, test } from 'vitest';
import { oid, tlv, utf8String } from '../../../src/pki/der/writer.ts';
import type { GeneralName } from '../../../src/pki/extension/general-name.ts';
import { DEFAULT_LIMITS, startBudget } from '../../../src/pki/path/budget.ts';
import { nameRefusal } from '../../../src/pki/path/constrained-names.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { readName } from '../../support/pki/planted-certificate.ts';

const dns = (value: string): GeneralName => ({ type: 'dns', value });
const uri = (value: string): GeneralName => ({ type: 'uri', value });
const email = (value: string): GeneralName => ({ type: 'email', value });
const ip = (...octets: readonly number[]): GeneralName => ({ type: 'ip', octets: Uint8Array.from(octets) });
const directory = (...values: readonly string[]): GeneralName => ({
  type: 'directory',
  name: readName(encodeName(values.map(value => [OID.organizationName, value] as const))),
});
const other: GeneralName = { type: 'other', tag: 0xa0, der: Uint8Array.of(0xa0, 0) };

const mailbox = tlv(0xa0, oid(OID.smtpUtf8Mailbox), tlv(0xa0, utf8String('\u00e9@example.net')));
const smtpUtf8Mailbox: GeneralName = { type: 'other', tag: 0xa0, der: mailbox };

const ask = (permitted: readonly GeneralName[], excluded: readonly GeneralName[], ...names: readonly GeneralName[]) =>
  nameRefusal({ permitted, excluded }, names, startBudget(DEFAULT_LIMITS))?.code ?? 'accepted';

describe('permitted', () => {
  test.each<[GeneralName, GeneralName, string]>([
    [dns('example.org'), dns('a.EXAMPLE.org'), 'accepted'],
    [dns('example.org'), dns('example.org'), 'accepted'],
    [dns('example.org'), dns('notexample.org'), 'name-not-permitted'],
    [dns('a.example.org'), dns('*.example.org'), 'name-not-permitted'],
    [dns(''), dns('example.org'), 'accepted'],
    [dns('.example.org'), dns('a.example.org'), 'name-constraint-malformed'],
    [dns('*.example.org'), dns('a.example.org'), 'name-constraint-malformed'],
    [dns('example.org'), dns('.example.org'), 'name-malformed'],
    [uri('example.org'), uri('spiffe://EXAMPLE.org/a'), 'accepted'],
    [uri('example.org'), uri('https://a@example.org:8443/a?b#c'), 'accepted'],
    [uri('example.org'), uri('spiffe://a.example.org/a'), 'name-not-permitted'],
    [uri('.example.org'), uri('spiffe://a.example.org/a'), 'accepted'],
    [uri('.example.org'), uri('spiffe://example.org/a'), 'name-not-permitted'],
    [uri('example.org'), uri('spiffe://evil.org/@example.org'), 'name-not-permitted'],
    [uri('example.org'), uri('spiffe://evil.org@example.org@evil.org'), 'name-not-permitted'],
    [uri('example.org'), uri('https://10.0.0.1/'), 'name-not-permitted'],
    [uri('example.org'), uri('https://[::1]/'), 'name-not-permitted'],
    [uri('example.org'), uri('urn:example.org'), 'name-not-permitted'],
    [email('a@example.org'), email('a@EXAMPLE.org'), 'accepted'],
    [email('a@example.org'), email('A@example.org'), 'name-not-permitted'],
    [email('example.org'), email('a@b.example.org'), 'name-not-permitted'],
    [email('.example.org'), email('a@b.example.org'), 'accepted'],
    [email('example.org'), email('a@b@example.org'), 'name-malformed'],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 1, 2, 3), 'accepted'],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(11, 1, 2, 3), 'name-not-permitted'],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(...new Array<number>(16).fill(0)), 'name-not-permitted'],
    [ip(10, 0, 0, 0), ip(10, 1, 2, 3), 'name-constraint-malformed'],
    [ip(10, 0, 0, 0, 255, 0, 255, 0), ip(10, 1, 2, 3), 'name-constraint-malformed'],
    [directory('A', 'B'), directory('a', ' b ', 'C'), 'accepted'],
    [directory('A', 'B'), directory('A'), 'name-not-permitted'],
    [directory(), directory('A'), 'accepted'],
    [directory('Caf\u00e9'), directory('cafe\u0301'), 'accepted'],
    [directory('AB'), directory('a\u200bb'), 'accepted'],
    [other, other, 'name-form-unsupported'],
    [other, dns('example.org'), 'accepted'],
    [dns('example.org'), other, 'accepted'],
    [email('example.org'), other, 'accepted'],
    [email('example.org'), smtpUtf8Mailbox, 'name-form-unsupported'],
    [uri('example.org'), uri('https://example.net\\@example.org/'), 'name-not-permitted'],
  ])('%j for %j: %s', (base, name, expected) => expect(ask([base], [], name)).toBe(expected));

  test('needs one matching subtree of the form for every name', () => {
    expect(ask([dns('a.org'), dns('b.org')], [], dns('a.org'), dns('x.b.org'))).toBe('accepted');
    expect(ask([dns('a.org'), dns('b.org')], [], dns('a.org'), dns('c.org'))).toBe('name-not-permitted');
  });
});

describe('excluded', () => {
  test('takes precedence over permitted', () => {
    expect(ask([dns('example.org')], [dns('a.example.org')], dns('a.example.org'))).toBe('name-excluded');
  });

  test('applies to every name that a wildcard matches', () => {
    expect(ask([], [dns('A.example.org')], dns('*.example.org'))).toBe('name-excluded');
    expect(ask([], [dns('b.a.example.org')], dns('*.example.org'))).toBe('accepted');
    expect(ask([], [dns('a.example.org')], dns('*.b.example.org'))).toBe('accepted');
  });

  test('rejects a URI without a host, which cannot be compared', () => {
    expect(ask([], [uri('example.org')], uri('urn:a'))).toBe('name-not-permitted');
  });
});

test('refuses a quadratic number of comparisons before the first one', () => {
  const many = Array.from({ length: 600 }, (_, i) => dns(`n${i}.example.org`));
  expect(ask([], many, ...many.map((_, i) => dns(`m${i}.example.org`)))).toBe('too-many-names');
});
