import fc from 'fast-check';
import { domainToASCII, domainToUnicode } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodePunycode, encodePunycode } from '../../../src/pki/name/punycode.ts';

/** The sample strings of RFC 3492 §7.1, in its order; digits in lower case. */
const SAMPLES: readonly (readonly [encoded: string, text: string])[] = [
  [
    'egbpdaj6bu4bxfgehfvwxn',
    '\u0644\u064a\u0647\u0645\u0627\u0628\u062a\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064a\u061f',
  ],
  ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
  ['ihqwctvzc91f659drss3x8bo0yb', '他們爲什麽不說中文'],
  ['Proprostnemluvesky-uyb24dma41a', 'Pročprostěnemluvíčesky'],
  [
    '4dbcagdahymbxekheh6e0a7fei0b',
    '\u05dc\u05de\u05d4\u05d4\u05dd\u05e4\u05e9\u05d5\u05d8\u05dc\u05d0\u05de\u05d3\u05d1\u05e8\u05d9\u05dd\u05e2\u05d1\u05e8\u05d9\u05ea',
  ],
  ['i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd', 'यहलोगहिन्दीक्योंनहींबोलसकतेहैं'],
  ['n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa', 'なぜみんな日本語を話してくれないのか'],
  [
    '989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c',
    '세계의모든사람들이한국어를이해한다면얼마나좋을까',
  ],
  ['b1abfaaepdrnnbgefbadotcwatmq2g4l', 'почемужеонинеговорятпорусски'],
  ['PorqunopuedensimplementehablarenEspaol-fmd56a', 'PorquénopuedensimplementehablarenEspañol'],
  ['TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g', 'TạisaohọkhôngthểchỉnóitiếngViệt'],
  ['3B-ww4c5e180e575a65lsy2b', '3年B組金八先生'],
  ['-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n', '安室奈美恵-with-SUPER-MONKEYS'],
  ['Hello-Another-Way--fc4qua05auwb3674vfr0b', 'Hello-Another-Way-それぞれの場所'],
  ['2-u9tlzr9756bt3uc0v', 'ひとつ屋根の下2'],
  ['MajiKoi5-783gue6qz075azm5e', 'MajiでKoiする5秒前'],
  ['de-jg4avhby1noc0d', 'パフィーdeルンバ'],
  ['d9juau41awczczp', 'そのスピードで'],
  ['-> $1.00 <--', '-> $1.00 <-'],
];

describe('the samples of RFC 3492', () => {
  test.each(SAMPLES)('%s is decoded and encoded', (encoded, text) => {
    expect(decodePunycode(encoded)).toBe(text);
    expect(encodePunycode(text)).toBe(encoded);
  });
});

test.each([
  ['an end inside a number', '9'],
  ['a character that is not a digit', 'bcher-k!a'],
  ['a digit in upper case', 'bcher-KVA'],
  ['a character beyond ASCII before the last hyphen', 'bücher-kva'],
  ['a character beyond ASCII after it', 'bcher-kvü'],
  ['a code point beyond U+10FFFF', '99999a'],
  ['a number beyond every label', '9999999999999999999999999999999999999999999999999999999999a'],
  ['a surrogate', encodePunycode('a\ud800')],
  ['a hyphen before everything', '-kva'],
])('%s is not decoded', (_, text) => {
  expect(decodePunycode(text)).toBeUndefined();
});

test('decodes every encoded text to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 63 }), text => {
      expect(decodePunycode(encodePunycode(text))).toBe(text);
    }),
  );
});

test('agrees with node:url on labels that it accepts', () => {
  const letter = fc.constantFrom(...'abcxyz019-äöüßéñčřżабвгдέλληνהעברתعربي中文日本語ひカタ한국กขคดอ');
  fc.assert(
    fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 20 }), text => {
      const ascii = domainToASCII(text);
      if (!ascii.startsWith('xn--')) return;
      const theirs = domainToUnicode(ascii);
      expect(`xn--${encodePunycode(theirs)}`).toBe(ascii);
      expect(decodePunycode(ascii.slice(4))).toBe(theirs);
    }),
    { numRuns: 2000 },
  );
});
