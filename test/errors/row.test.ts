import { describe, expect, test } from 'vitest';
import { nearest, quote } from '../../src/errors/row.ts';

describe('the nearest known word', () => {
  test.each([
    ['dsn', ['dns', 'ip', 'id'], 'dns'],
    ['maxTTL', ['ttl', 'maxTtl'], 'maxTtl'],
    ['paymnts', ['payments', 'ledger'], 'payments'],
    ['payments2', ['payments', 'ledger'], 'payments'],
    ['ledgre', ['payments', 'ledger'], 'ledger'],
    ['colour', ['payments', 'ledger'], undefined],
    ['', ['a'], undefined],
    ['x', [], undefined],
  ])('to %s among %j is %s', (word, known, near) => {
    expect(nearest(word, known)).toBe(near);
  });
});

describe("the user's own words", () => {
  test('are quoted with nothing that drives a terminal', () => {
    expect(quote('a"b\n\u001b[31m\u202e')).toBe('"a\\"b\\n\\u001b[31m\\u202e"');
  });

  test('are cut to a line', () => {
    expect(quote('a'.repeat(1000))).toHaveLength(122);
  });
});
