import { describe, expect, test } from 'vitest';
import { replay } from './transcript.ts';
import { alignLines, matchesLines, splitLines } from './lines.ts';

describe('a page', () => {
  test('replaying a correct page returns it unchanged', async () => {
    const page = '# files\n$ write a.txt\n< one\n< two\n$ cat a.txt\n> …\n> two\n$ ls\n> a.txt\n';
    expect(await replay(page)).toBe(page);
  });

  test('replaying an outdated page returns the actual output', async () => {
    const page = '$ write a.txt\n< one\n< two\n$ cat a.txt\n> wrong\n> tw…\n? 3\n# after\n';
    expect(await replay(page)).toBe('$ write a.txt\n< one\n< two\n$ cat a.txt\n> one\n> tw…\n# after\n');
  });

  test('a replayed page shows the status and message of a failed command', async () => {
    expect(await replay('$ cat absent')).toBe('$ cat absent\n! cat: ENOENT: absent\n? 1');
  });

  test('an unknown kind of line is refused', async () => {
    await expect(replay('\nsvcauth issue')).rejects.toThrow('line 2');
    await expect(replay('@ tomorrow')).rejects.toThrow('no such time: tomorrow');
  });

  test('a page sees its own directory as /srv/pki', async () => {
    const page = '$ write /srv/pki/a\n< /srv/pki\n$ cat a\n> /srv/pki\n$ ls /srv/pki/b\n! ls: ENOENT: /srv/pki/b\n? 1';
    expect(await replay(page)).toBe(page);
  });
});

describe('expected lines', () => {
  test.for<[string[], string[], boolean]>([
    [[], [], true],
    [['a'], ['a'], true],
    [['a'], ['b'], false],
    [['a…c'], ['abbbc'], true],
    [['a.c'], ['abc'], false],
    [['…'], [], true],
    [['…'], ['a', 'b'], true],
    [['a', '…', 'c'], ['a', 'c'], true],
    [['a', '…', 'c'], ['a', 'b', 'c', 'd'], false],
    [['a', '…'], ['b'], false],
  ])('matching the pattern %j with %j returns %j', ([patterns, lines, expected]) => {
    expect(matchesLines(patterns, lines)).toBe(expected);
  });

  test('rewriting keeps expected lines that still match', () => {
    expect(alignLines(['serial …', 'gone', '…', 'end'], ['new', 'serial 1', 'x', 'y', 'end'])).toEqual([
      'new',
      'serial …',
      'x',
      'y',
      'end',
    ]);
    expect(alignLines(['a', '…', 'end'], ['b', 'c', 'end'])).toEqual(['b', 'c', 'end']);
    expect(alignLines(['a', '…', 'z', 'end'], ['a', 'c', 'z', 'END'])).toEqual(['a', '…', 'z', 'END']);
  });

  test('a line that is rewritten keeps the gap of the old line', () => {
    const digest = 'ab'.repeat(32);
    expect(alignLines(['authority sha256=… until 5'], [`ca sha256=${digest} until 5`])).toEqual([
      'ca sha256=… until 5',
    ]);
    expect(alignLines(['hook ran in … s: a'], ['hook 1 ran in 0.3 s: 12'])).toEqual(['hook 1 ran in … s: 12']);
    expect(alignLines(['"hash":"…"}'], [`{"at":"${digest}","hash":"${digest}"}`])).toEqual([
      `{"at":"${digest}","hash":"…"}`,
    ]);
  });

  test('a missing final newline is visible', () => {
    expect(splitLines('a\nb')).toEqual(['a', 'b (no newline at the end)']);
  });
});
