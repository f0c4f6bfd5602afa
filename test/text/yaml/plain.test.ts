import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFullYaml } from '../../../src/text/yaml/full.ts';
import { readPlainYaml } from '../../../src/text/yaml/plain.ts';
import type { Problem, YamlNode } from '../../../src/text/yaml/tree.ts';

/** Reads with the `yaml` package; undefined when it reports a fault. */
function full(text: string): YamlNode | undefined {
  const problems: Problem[] = [];
  const node = readFullYaml(text, problem => problems.push(problem));
  return problems.length === 0 ? node : undefined;
}

describe('plain YAML is read as the package reads it', () => {
  test.each([
    ['a map', 'a: b\nc: 1\nd:\n'],
    ['nested maps', 'a:\n  b:\n    c: d\n  e: f\ng: h\n'],
    ['a list of maps', '- service: a\n  dns: [a.b, c]\n- service: b\n'],
    ['a list at the indentation of its key', 'services:\n- a\n- b\nmore: c\n'],
    ['a list below its key', 'services:\n  - a\n  - b\n'],
    ['a list in a list item', '- dns:\n  - a\n  - b\n  ttl: 30d\n- dns:\n    - c\n'],
    ['wide dashes', '-   a: b\n    c: d\n'],
    ['comments', '# one\na: b # two\n  # three\nc: # four\n  d: e\n'],
    ['quotes', `a: 'x: y # z'\nb: "p, q"\nc: ['a, b', "]", d]\n`],
    ['flow maps', 'tags: {ns: prod, tier: "1"} # c\nnone: {}\nempty: [ ]\n'],
    ['colons', 'id: spiffe://example.org/a\nip: 2001:db8::1\nips: [2001:db8::1, fe80::1]\n'],
    ['holes and patterns', "template: /ns/{tag.ns}/sa/{service}\npaths: [/**, '/a/*']\n"],
    ['words that YAML 1.1 does not read as strings', 'a: yes\nb: off\nc: 1.2.3.4\nd: 30d\ne: 66%\nf: 10.0.0.0/8\n'],
    ['words with spaces', 'cron: 0 3 * * *\nargv: [a b, c  d]\nwindow: {cron: 30 2 * * 0, zone: Europe/Berlin}\n'],
    ['options and paths', 'argv: [./reload, -s, HUP, --now, ../x]\nlast: -v\n'],
    ['lists in lists', 'hooks: [[a, b], [c]]\nmore:\n  - [d, {e: [f]}]\n  - - g\n    - h\n  -   - i\n'],
    ['maps in maps in brackets', 'a: {b: {c: d, e: []}, f: [{g: h}, {}]} # i\n'],
    ['a document mark', '---\na: b\n'],
    ['Windows line ends', 'a: b\r\nc:\r\n  - d\r\n'],
  ])('%s', (_, text) => {
    const plain = readPlainYaml(text);
    expect(plain).toBeDefined();
    expect(plain).toEqual(full(text));
  });
});

describe('plain YAML leaves other documents to the package', () => {
  test.each([
    ['nothing', ''],
    ['comments only', '# a\n'],
    ['a scalar', 'a\n'],
    ['tabs', 'a:\tb\n'],
    ['letters beyond ASCII', 'a: é\n'],
    ['anchors', 'a: &x b\n'],
    ['aliases', 'a: *x\n'],
    ['tags', 'a: !!str b\n'],
    ['block scalars', 'a: |\n  b\n'],
    ['folded lines', 'a: b\n  c\n'],
    ['escapes', 'a: "\\n"\n'],
    ['doubled quotes', "a: 'it''s'\n"],
    ['true', 'a: true\n'],
    ['floats', 'a: 1.5\n'],
    ['octal', 'a: 0o17\n'],
    ['leading zeros', 'a: 007\n'],
    ['repeated keys', 'a: b\na: c\n'],
    ['repeated keys in flow', 'a: {b: c, b: d}\n'],
    ['a number that is negative', 'a: -1\n'],
    ['infinity', 'a: .inf\n'],
    ['a comma too many', 'a: [b, ]\n'],
    ['the wrong bracket', 'a: [b}\n'],
    ['depth in brackets', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`],
    ['flow over lines', 'a: [b,\n  c]\n'],
    ['two documents', 'a: b\n---\nc: d\n'],
    ['the prototype', '__proto__: {a: b}\n'],
    ['merge keys', '<<: {a: b}\n'],
    ['wrong indentation', 'a:\n    b: c\n  d: e\n'],
    ['a list inside a map', 'a: b\n- c\n'],
    ['depth', Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('%s', (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});

test('the plain parser and the package give the same result', () => {
  const word = fc.constantFrom(
    'a',
    'b-c',
    '1',
    '01',
    '1.5',
    '1e3',
    'true',
    'null',
    'x:y',
    '::1',
    'a::b',
    '~',
    '/{a}',
    '*',
    '%',
    '-x',
    '--y',
    './z',
    '.5',
    '0 3 * * *',
    'a b: c',
    'a :b',
    'a  b',
    'a - b',
    'a #b',
    'a {b}',
  );
  const scalar = fc.oneof(
    { weight: 4, arbitrary: word },
    {
      weight: 1,
      arbitrary: fc.constantFrom("'q r'", '"s"', "'t''u'", '"v\\n"', "''", "'w' x", '#y', 'y #z', 'a:', '- a'),
    },
  );
  const { flow } = fc.letrec<{ flow: string; inner: string }>(tie => ({
    inner: fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: tie('flow') }),
    flow: fc.oneof(
      fc.array(tie('inner'), { maxLength: 3 }).map(items => `[${items.join(', ')}]`),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'true', '1'), tie('inner')), { maxLength: 3 })
        .map(entries => `{${entries.map(e => e.join(': ')).join(', ')}}`),
      fc.constantFrom(
        '[',
        ']',
        '[a,]',
        '[a,,b]',
        '{a}',
        '{a: }',
        '[a] b',
        '[a] # b',
        '{"a":1}',
        '[a: b]',
        '[ [ ] ]',
        '[a}',
      ),
    ),
  }));
  const value = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: flow }, fc.constant(''));
  const oneOf = (usual: readonly string[], rare: readonly string[]) =>
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });
  const line = fc
    .tuple(
      oneOf(['', '  ', '    '], [' ', '      ']),
      oneOf(['', '', '- '], ['-   ', '- - ', '-']),
      oneOf(['a: ', 'b: ', 'c:  ', 'd: ', 'e: '], ['', 'f:', 'true: ', '1: ', 'é: ', '"k": ', '? ', '---']),
      value,
      oneOf(['', '', ' # c'], [' ', '#c', '\t', '\r']),
    )
    .map(parts => parts.join(''));
  let answered = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), lines => {
      const text = lines.join('\n');
      const plain = readPlainYaml(text);
      if (plain === undefined) return;
      answered += 1;
      expect(plain, text).toEqual(full(text));
    }),
    { numRuns: 6000 },
  );
  expect(answered).toBeGreaterThan(200);
});
