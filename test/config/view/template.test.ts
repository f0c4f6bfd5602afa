import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderTemplate } from '../../../src/config/view/template.ts';
import { execWords, unitWords, withoutSpecifiers } from '../../support/unit-file.ts';
import { errorOf } from '../../support/errors.ts';

describe('holes', () => {
  test('are filled at every place of a line', () => {
    expect(renderTemplate('a @x:raw@ b @y:raw@\n@x:raw@@y:raw@', { x: '1', y: '2' })).toBe('a 1 b 2\n12');
  });

  test('a line with a list is repeated for each value and removed if the list is empty', () => {
    const template = 'top\n@who:raw@ = @each:raw@\nend\n';
    expect(renderTemplate(template, { who: 'x', each: ['1', '2'] })).toBe('top\nx = 1\nx = 2\nend\n');
    expect(renderTemplate(template, { who: 'x', each: [] })).toBe('top\nend\n');
  });

  test('text that only looks like a hole is unchanged', () => {
    const text = 'SystemCallFilter=@system-service {{ $labels.x }} ${{ secrets.X }} a@b.c me@x:y';
    expect(renderTemplate(text, {})).toBe(text);
  });

  test('a hole without a value and an unknown place are defects', () => {
    expect(() => renderTemplate('@x:raw@', {})).toThrow('nothing fills the hole x');
    expect(() => renderTemplate('@x:html@', { x: '1' })).toThrow('no place called html');
  });

  test('a value that contains a hole is not filled again', () => {
    expect(renderTemplate('@x:raw@', { x: "@y:raw@ $& $' $1" })).toBe("@y:raw@ $& $' $1");
  });
});

/** Lines without the characters that no place can quote. */
const values = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter(text => !/[\p{Cc}\u2028\u2029\\]|^\s|\s$/u.test(text));
const awkward = fc.oneof(
  values,
  fc.constantFrom('a b', `it's "so"`, '50%', '%h', '$HOME', '$$', '`id`', ';id', '#x', '-n'),
);

const fill = (place: string, value: string): string => renderTemplate(`@x:${place}@`, { x: value });
const plain = awkward.filter(text => !text.includes('${{'));

describe('a value comes out as it went in', () => {
  test('of a word of a unit', () => {
    fc.assert(
      fc.property(awkward, value => {
        expect(unitWords(fill('setting', value))).toEqual([value]);
      }),
    );
  });

  test('of a word of a command line in a unit', () => {
    fc.assert(
      fc.property(awkward, value => {
        expect(execWords(`/bin/true ${fill('exec', value)}`)).toEqual(['/bin/true', value]);
      }),
    );
  });

  test('of the rest of a line of a unit', () => {
    fc.assert(
      fc.property(awkward, value => {
        expect(withoutSpecifiers(fill('bare', value))).toBe(value);
      }),
    );
  });

  test('of YAML, JavaScript and JSON', () => {
    fc.assert(
      fc.property(plain, value => {
        expect(parse(`x: ${fill('string', value)}`)).toEqual({ x: value });
        expect(JSON.parse(fill('string', value))).toBe(value);
      }),
    );
  });

  test('of YAML whose variables GitLab expands', () => {
    fc.assert(
      fc.property(awkward, value => {
        const { x } = parse(`x: ${fill('gitlab', value)}`) as { readonly x: string };
        expect(x.replaceAll('$$', '$')).toBe(value);
        expect(/\$/.test(x.replaceAll('$$', ''))).toBe(false);
      }),
    );
  });

  test('of a shell, and of a shell behind cron', () => {
    const samples = fc.sample(plain, { numRuns: 60, seed: 4 });
    const words = samples.map(value => fill('shell', value));
    // cron reads the line before a shell does: \% is %, and a bare one would cut the line
    const lines = samples.map(value => fill('cron', value));
    expect(lines.filter(line => /(?<!\\)%/.test(line))).toEqual([]);
    const behindCron = lines.map(line => line.replaceAll('\\%', '%'));
    for (const list of [words, behindCron]) {
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${list.join(' ')}`], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(samples);
    }
  });
});

test.for([
  ['setting', 'a\nExecStart=/bin/id'],
  ['line', 'a\u0000b'],
  ['cron', 'a\\'],
  ['string', '\u2028'],
  ['exec', ' a'],
  ['nginx', '/srv/$x'],
  ['string', '${{ secrets.X }}'],
  ['shell', '${{ secrets.X }}'],
] as const)('%s refuses %j, which it cannot hold', ([place, value]) => {
  const error = errorOf(() => fill(place, value));
  expect(error.code).toBe('ERR_CONFIG_VALUE');
});
