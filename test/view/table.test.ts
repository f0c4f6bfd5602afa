import { describe, expect, test } from 'vitest';
import { formatTable } from '../../src/view/table.ts';

const header = ['NAME', 'STATE'];

describe('a table', () => {
  test('a table aligns its columns and has no spaces at the ends of lines', () => {
    expect(
      formatTable(
        header,
        [
          ['payments', 'valid'],
          ['db', ''],
        ],
        0,
      ),
    ).toBe('NAME      STATE\npayments  valid\ndb\n');
  });

  test('a table without rows is its header', () => {
    expect(formatTable(header, [], 0)).toBe('NAME  STATE\n');
  });

  test('a table cuts its widest column to fit a terminal, and nothing in a pipe', () => {
    const rows = [['a-service-with-a-long-name', 'valid']];
    expect(formatTable(header, rows, 20)).toBe('NAME           STATE\na-service-wi…  valid\n');
    expect(formatTable(header, rows, 0)).toContain('a-service-with-a-long-name  valid');
  });

  test('a table does not cut a column below a readable width', () => {
    expect(formatTable(header, [['abcdefghijkl', 'abcdefghijkl']], 4)).toBe('NAME      STATE\nabcdefg…  abcdefg…\n');
  });

  test('a painted cell is measured without its colour', () => {
    const red = { text: 'expired', paint: (text: string) => `<${text}>` };
    expect(
      formatTable(
        ['A', 'B'],
        [
          [red, 'x'],
          ['valid', 'y'],
        ],
        0,
      ),
    ).toBe('A        B\n<expired>  x\nvalid    y\n');
  });

  test('a hostile name in a table cannot control the terminal', () => {
    expect(formatTable(['A'], [['\u001b[2Jx\r\n\u202e\u009b']], 0)).toBe(
      'A\n\\u001b[2Jx\\u000d\\u000a\\u202e\\u009b\n',
    );
  });
});
