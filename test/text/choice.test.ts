import { expect, test } from 'vitest';
import { KEY_ALGORITHM_NAMES, parseKeyAlgorithm } from '../../src/pki/key/algorithm.ts';
import { errorOf } from '../support/errors.ts';
import { parseChoice } from '../../src/text/choice.ts';
import { parseProfile } from '../../src/pki/certificate/profile-name.ts';
import { parseNotAfterPolicy } from '../../src/policy/rules/not-after-policy.ts';

test.each(KEY_ALGORITHM_NAMES)('%s is a key algorithm', name => {
  expect(parseKeyAlgorithm(name)).toBe(name);
});

test.each([
  ['ECDSA-P256', 'ecdsa-p256'],
  ['rsa2048', 'rsa-2048'],
  ['ed-25519', 'ed25519'],
])('%s is refused and answered with %s', (typed, meant) => {
  const error = errorOf(() => parseKeyAlgorithm(typed));
  expect(error.code).toBe('ERR_CHOICE');
  expect(error.hints).toEqual([`did you mean: ${meant}`]);
});

test('a word that resembles no choice gets the list of choices', () => {
  const error = errorOf(() => parseProfile('constructor'));
  expect(error.message).toBe('"constructor" is not a profile; known: svid, server, client');
  expect(error.hints).toEqual([]);
});

test('a list of more than ten choices is not printed', () => {
  const words = Array.from({ length: 11 }, (_, index) => `word-${index}`);
  const refused = (known: readonly string[]) => errorOf(() => parseChoice('x', 'a word', known)).message;
  expect(refused(words)).toBe('"x" is not a word');
  expect(refused(words.slice(1))).toContain('known: word-1, ');
});

test('a not-after policy is err or truncate', () => {
  expect([parseNotAfterPolicy('err'), parseNotAfterPolicy('truncate')]).toEqual(['err', 'truncate']);
});
