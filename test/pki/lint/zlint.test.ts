import { describe, expect, test } from 'vitest';
import { zlintSuites } from '../../conformance/zlint.ts';
import { NOT_OURS, RULES_OF_LINT } from '../../conformance/zlint-lints.ts';
import { CERTIFICATE_RULES } from '../../../src/pki/lint/certificate-rules.ts';

/** What zlint lets through, and we do not. */
const STRICTER = [
  // a label with a character that IDNA does not allow; zlint asks only whether it is Punycode
  'zlint::dnsNamesNFC.pem',
  // explicit tags where RFC 5280 §4.2.1.11 has implicit ones
  'zlint::policyConstGoodBoth.pem',
];

const suites = zlintSuites();

describe.skipIf(suites.length === 0)('certificates and CRLs that zlint has judged (set SVCAUTH_VECTORS)', () => {
  const cases = suites.flatMap(suite => suite.cases);

  const wronglyJudged = async (expected: 'accept' | 'refuse'): Promise<string[]> => {
    const ids: string[] = [];
    for (const one of cases) {
      if (one.expected !== expected) continue;
      const { accepted } = await one.run();
      if (accepted !== (expected === 'accept')) ids.push(one.id);
    }
    return ids;
  };

  test('every error that concerns us is found', async () => {
    expect(await wronglyJudged('refuse')).toEqual([]);
  });

  test('what has no error is let through', async () => {
    expect((await wronglyJudged('accept')).filter(id => !STRICTER.includes(id))).toEqual([]);
  });
});

test('a lint is either found or none of ours', () => {
  expect(Object.keys(NOT_OURS).filter(lint => lint in RULES_OF_LINT)).toEqual([]);
});

test('rules have names of their own', () => {
  const names = CERTIFICATE_RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
