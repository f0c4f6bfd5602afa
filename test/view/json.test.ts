import { describe, expect, test } from 'vitest';
import { formatJson, formatJsonLine } from '../../src/view/json.ts';

describe('JSON', () => {
  test('a JSON document names its schema first and ends in a newline', () => {
    expect(formatJson('status', { a: 1 })).toBe('{\n  "schemaVersion": 2,\n  "kind": "status",\n  "a": 1\n}\n');
    expect(formatJsonLine('finding', { a: 1 })).toBe('{"schemaVersion":2,"kind":"finding","a":1}\n');
  });

  test('JSON has times in UTC with whole seconds, bytes as hex, big numbers as decimal strings', () => {
    const value = {
      at: new Date('2026-11-21T01:02:03.999Z'),
      der: new Uint8Array([0, 255]),
      number: 2n ** 64n,
      list: [new Date(0)],
      absent: undefined,
      nothing: null,
    };
    expect(JSON.parse(formatJsonLine('x', value))).toEqual({
      schemaVersion: 2,
      kind: 'x',
      at: '2026-11-21T01:02:03Z',
      der: '00ff',
      number: '18446744073709551616',
      list: ['1970-01-01T00:00:00Z'],
      nothing: null,
    });
  });

  test('JSON keeps every value and escapes characters that control a terminal', () => {
    const value = { name: 'a\u001b[2J\u009b\u202e\n\\' };
    for (const text of [formatJson('x', value), formatJsonLine('x', value)]) {
      expect(text).toContain('"a\\u001b[2J\\u009b\\u202e\\n\\\\"');
      expect(JSON.parse(text)).toMatchObject(value);
    }
  });
});
