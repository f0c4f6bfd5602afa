import { expect, test } from 'vitest';
import { NOT_OURS, RULES_OF_LINT } from '../../conformance/zlint-lints.ts';
import { CRL_RULES } from '../../../src/pki/lint/crl-rules.ts';
import { SIGNED_CERTIFICATE_RULES } from '../../../src/pki/lint/signed-certificate-lint.ts';

const names = [...SIGNED_CERTIFICATE_RULES, ...CRL_RULES].map(({ name }) => name);

test('every lint of zlint has a rule here or a reason to have none', () => {
  expect(Object.keys(NOT_OURS).filter(lint => lint in RULES_OF_LINT)).toEqual([]);
});

test('every rule that is named for a lint of zlint exists', () => {
  const finders = new Set(Object.values(RULES_OF_LINT).flat());
  expect([...finders].filter(name => name !== 'der' && !names.includes(name))).toEqual([]);
});

test('rules have unique names', () => {
  expect(new Set(names).size).toBe(names.length);
});
