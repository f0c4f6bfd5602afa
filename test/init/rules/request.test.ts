import { describe, expect, test } from 'vitest';
import { readInitRequest, type InitText } from '../../../src/init/rules/request.ts';
import { errorOf } from '../../support/errors.ts';

const text: InitText = {
  trustDomain: 'example.org',
  keyAlg: 'ecdsa-p256',
  permitDns: [],
  excludeDns: [],
  permitUri: [],
  keyProtection: 'passphrase',
  passphraseFlags: [],
};

describe('the name of a CA', () => {
  test.each([
    ['Example Services', 'Example Services'],
    ['  Bücher & Söhne  ', 'Bücher & Söhne'],
    [undefined, 'example.org'],
  ])('%j becomes %j', (name, expected) => {
    expect(readInitRequest({ ...text, ...(name !== undefined && { name }) }).name).toBe(expected);
  });

  test.each(['a\u0007b', 'a\tb', 'a\nb', 'a\u202eb', 'a\u200bb', 'a\ufffdb', '\ud800'])(
    '%j is refused: it contains invisible characters',
    name => {
      expect(errorOf(() => readInitRequest({ ...text, name })).message).toContain('invisible characters');
    },
  );

  test('leaves room for the generation in a commonName', () => {
    expect(readInitRequest({ ...text, name: 'n'.repeat(52) }).name).toHaveLength(52);
    expect(errorOf(() => readInitRequest({ ...text, name: 'n'.repeat(53) })).code).toBe('ERR_CA_NAME');
  });
});
