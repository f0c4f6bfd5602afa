import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServiceName } from '../../../src/service/rules/name.ts';
import { errorOf } from '../../support/errors.ts';
import { describeVectors } from '../../support/vectors.ts';

/** Cases that the vectors leave open. */
const POLICY: Readonly<Record<string, boolean>> = {
  nul: false, // a device on Windows, whatever the folder
  COM1: false, // the same, and upper case
  constructor: true, // names are keys of Map and of SQL rows, never of plain objects
  undefined: true,
  true: true, // a list in YAML has to quote it
  ca: true, // services are in services/ and CAs in authorities/: their names cannot collide
  intermediate: true,
};

interface Vector {
  readonly name: string;
  readonly expected: 'ACCEPT' | 'REJECT' | 'POLICY';
}

describeVectors<{ cases: readonly Vector[] }>('names/service-names.json', 'hostile names', ({ cases }) => {
  test.each(cases.map(c => [c.name.slice(0, 80), c] as const))('%j', (_, { name, expected }) => {
    const accepted = expected === 'POLICY' ? POLICY[name] : expected === 'ACCEPT';
    expect(accepted).toBeDefined();
    if (accepted) expect(parseServiceName(name)).toBe(name);
    else expect(errorOf(() => parseServiceName(name)).code).toBe('ERR_SERVICE_NAME');
  });
});

const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
const accepts = (name: string): boolean => {
  try {
    return parseServiceName(name) === name;
  } catch {
    return false;
  }
};

describe('grammar, byte by byte', () => {
  test('a name begins with [a-z0-9]', () => {
    expect(everyByte.filter(c => accepts(`${c}x`)).join('')).toBe('0123456789abcdefghijklmnopqrstuvwxyz');
  });

  test('a name continues with [a-z0-9._-]', () => {
    expect(everyByte.filter(c => accepts(`x${c}x`)).join('')).toBe('-.0123456789_abcdefghijklmnopqrstuvwxyz');
  });

  test('a name does not end with a dot', () => {
    expect(everyByte.filter(c => accepts(`x${c}`)).join('')).toBe('-0123456789_abcdefghijklmnopqrstuvwxyz');
  });
});

test('a name has at most 63 characters', () => {
  expect(accepts('a'.repeat(63))).toBe(true);
  expect(accepts('a'.repeat(64))).toBe(false);
});

test.each(['con', 'prn', 'aux', 'nul', 'com1', 'lpt9', 'nul.txt', 'com1.prod'])(
  'refuses the Windows device %s',
  name => {
    expect(errorOf(() => parseServiceName(name)).message).toContain('device on Windows');
  },
);

test.each(['console', 'com', 'com10', 'auxiliary', 'nullify', 'x.nul'])('%s is a valid name and not a device', name => {
  expect(accepts(name)).toBe(true);
});

test('two dots in a row are refused', () => {
  expect(errorOf(() => parseServiceName('a..b')).message).toContain('two dots in a row');
});

test.each([
  ['Payments', 'payments'],
  ['payments.pem', 'payments'],
  ['WEB.key', 'web'],
])('%s is refused with the suggestion %s', (name, suggestion) => {
  expect(errorOf(() => parseServiceName(name)).hints).toEqual([`write: ${suggestion}`]);
});

test('no accepted name leaves its folder or hides in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aA0._-/\\: \n\0é~') }), name => {
      if (!accepts(name)) return;
      expect(name).toMatch(/^[a-z0-9][a-z0-9._-]{0,62}$/);
      expect(name).not.toMatch(/\.\.|\.$/);
    }),
  );
});
