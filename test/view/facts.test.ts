import { expect, test } from 'vitest';
import { formatFacts } from '../../src/view/facts.ts';

const paint = (text: string) => `<${text}>`;

test('a painted label is measured without its colour', () => {
  const facts = [
    [{ text: 'ok', paint }, 'leaf.pem'],
    ['reason', 'none'],
    ['left out', undefined],
  ] as const;
  expect(formatFacts(facts)).toBe(['<ok>        leaf.pem', 'reason    none', ''].join('\n'));
});
