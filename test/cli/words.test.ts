import { expect, test } from 'vitest';
import { splitWords } from '../../src/cli/words.ts';

test.for<[string, string[] | undefined]>([
  ['', []],
  ['  a  b ', ['a', 'b']],
  [`'b c' "d e" f\\ g`, ['b c', 'd e', 'f g']],
  [`h'i'"j"`, ['hij']],
  [`'' ""`, ['', '']],
  [`"a \\"b\\" \\$c \\d"`, ['a "b" $c \\d']],
  ['$(rm) ; `x` | *', ['$(rm)', ';', '`x`', '|', '*']],
  [`a 'b`, undefined],
  ['a "b', undefined],
  ['a \\', undefined],
])('%j splits into %j', ([text, words]) => {
  expect(splitWords(text)).toEqual(words);
});
