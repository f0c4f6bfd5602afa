import fc from 'fast-check';
import { domainToASCII } from 'node:url';
import { expect, test } from 'vitest';
import { decodeALabel, hasAcePrefix } from '../../../src/pki/name/a-label.ts';
import { encodePunycode } from '../../../src/pki/name/punycode.ts';

test.each([
  ['xn--bcher-kva', 'bücher'],
  ['XN--Bcher-KVA', 'bücher'],
  ['xn--fsq', '例'],
  ['xn--strae-oqa', 'straße'],
  ['xn--fiq228c', '中文'],
  ['xn--ls8h', '\u{1f4a9}'],
])('%s stands for %s', (label, text) => {
  expect(decodeALabel(label)).toBe(text);
});

test.each([
  ['an ordinary label', 'example'],
  ['nothing after the prefix', 'xn--'],
  ['Punycode that does not decode', 'xn--12311613412431243'],
  ['ASCII alone', 'xn--abc-'],
  ['a hyphen alone', 'xn---'],
  ['Punycode of a text with another encoding', 'xn---tda'],
  ['a control character', 'xn--a'],
  ['a noncharacter', `xn--${encodePunycode('a\uffff')}`],
  ['a code point for private use', `xn--${encodePunycode('a\ue000')}`],
  ['a space', `xn--${encodePunycode('a\u1680b')}`],
  ['a direction mark', `xn--${encodePunycode('a\u200eb')}`],
  ['a hyphen at the beginning', `xn--${encodePunycode('-bücher')}`],
  ['a hyphen at the end', `xn--${encodePunycode('bücher-')}`],
  ['hyphens in the third and fourth place', `xn--${encodePunycode('bü--cher')}`],
  ['a label that was encoded twice', `xn--${encodePunycode('xn--bücher')}`],
  ['a combining mark at the beginning', `xn--${encodePunycode('\u0308a')}`],
  ['a letter and a mark instead of one letter', `xn--${encodePunycode('bu\u0308cher')}`],
  ['a capital', `xn--${encodePunycode('bÜcher')}`],
  ['a ligature', `xn--${encodePunycode('\ufb01le')}`],
  ['a full-width letter', `xn--${encodePunycode('\uff41')}`],
])('%s is not an A-label', (_, label) => {
  expect(decodeALabel(label)).toBeUndefined();
});

test('accepts every international label that node:url makes', () => {
  const letter = fc.constantFrom(...'abcxyz019äöüßéñčřżабвгдέλην中文日本語ひカタ한국กขคดอ');
  fc.assert(
    fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 15 }), text => {
      const ascii = domainToASCII(text);
      if (hasAcePrefix(ascii)) expect(decodeALabel(ascii)).toBe(text.normalize('NFC'));
    }),
    { numRuns: 2000 },
  );
});
