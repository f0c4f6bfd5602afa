import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pemBlockSteps, type RawBlock } from '../../src/node-library/pem-blocks.ts';
import { decodePem, encodePem, PemError } from '../../src/pki/pem.ts';

function split(text: string | Buffer): { readonly blocks: readonly RawBlock[]; readonly pauses: number } {
  const steps = pemBlockSteps(Buffer.from(text as string));
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done === true) return { blocks: value, pauses };
  }
}

/** The content of each block, or the word of its damage. */
const contents = (text: string): readonly unknown[] =>
  split(text).blocks.map(({ content }) => (content instanceof Error ? content.message : [...content]));

const one = encodePem('X509 CRL', Uint8Array.of(1, 2, 3));
const two = encodePem('X509 CRL', Uint8Array.of(4, 5));

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
const label = fc.constantFrom('X509 CRL' as const, 'CERTIFICATE' as const, 'PUBLIC KEY' as const);

test('blocks are read as decodePem reads them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(label, bytes), { minLength: 1, maxLength: 8 }), fc.boolean(), (wanted, isDos) => {
      const unix = wanted.map(([name, der]) => `# a comment\n${encodePem(name, der)}`).join('');
      const text = isDos ? unix.replaceAll('\n', '\r\n') : unix;
      const read = split(text).blocks.map(({ label, content }) => ({ label, der: [...(content as Uint8Array)] }));
      expect(read).toEqual(decodePem(text).map(({ label, der }) => ({ label, der: [...der] })));
    }),
  );
});

test('base64 is accepted as decodePem accepts it', () => {
  const characters = fc.constantFrom(...'AZaz09+/=\n -_*');
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 12 }), list => {
      const text = `-----BEGIN CRL-----\n${list.join('')}\n-----END CRL-----\n`;
      let expected: unknown;
      try {
        expected = decodePem(text).map(({ der }) => [...der]);
      } catch (error) {
        if (!(error instanceof PemError)) throw error;
        expected = undefined;
      }
      const [block] = split(text).blocks;
      expect(block!.content instanceof Error ? undefined : [[...block!.content]]).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

describe('a damaged block is reported and does not hide the others', () => {
  test.each([
    ['a character that is not base64', one.replace('A', '*'), 'a X509 CRL block is not base64'],
    ['a base64 digit that is missing', one.replace('A', ''), 'a X509 CRL block is not base64'],
    ['padding in the middle', one.replace('AQID', 'AQ==AQID'), 'a X509 CRL block is not base64'],
    ['another END line', one.replace('END X509 CRL', 'END CERTIFICATE'), 'a X509 CRL block has no END line'],
    ['no END line', one.slice(0, one.indexOf('-----END')), 'a X509 CRL block has no END line'],
    ['a label in small letters', one.replace('BEGIN X509', 'BEGIN x509'), 'a BEGIN line is damaged'],
    ['a BEGIN line without end', one.replace('CRL-----\n', 'CRL\n'), 'a BEGIN line is damaged'],
  ])('%s', (_, damaged, words) => {
    expect(contents(one + damaged + two)).toEqual([[1, 2, 3], words, [4, 5]]);
    expect(contents(damaged + two)).toEqual([words, [4, 5]]);
  });

  test('the end of the file', () => {
    for (let length = one.indexOf('BEGIN ') + 6; length < one.trimEnd().length; length++) {
      const [first, ...others] = contents(two + one.slice(0, length));
      expect(first).toEqual([4, 5]);
      expect(others).toEqual([expect.stringMatching(/^a .*(damaged|END line)$/)]);
    }
  });
});

test('a file without blocks has none', () => {
  expect(contents('')).toEqual([]);
  expect(contents('no PEM here ----- \n')).toEqual([]);
});

test('an empty block is empty', () => {
  expect(contents('-----BEGIN CRL-----\n-----END CRL-----\n')).toEqual([[]]);
});

test('a block of a million bytes is decoded with pauses', () => {
  const der = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) & 0xff);
  const { blocks, pauses } = split(encodePem('X509 CRL', der));
  expect(Buffer.compare(blocks[0]!.content as Uint8Array, der)).toBe(0);
  expect(pauses).toBeGreaterThanOrEqual(20);
});
