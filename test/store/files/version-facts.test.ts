import { expect, test } from 'vitest';
import { isUnchanged } from '../../../src/store/files/version-facts.ts';
import type { Files } from '../../../src/world/files.ts';

const STATUS = { kind: 'file', mode: 0o600, size: 100, uid: 0, gid: 0, changed: 5, inode: 7 };
const FACT = { path: '/srv/output.pem', size: 100, changed: 5, inode: 7 };
const seenAs = (status: object | undefined) =>
  isUnchanged({ linkStatus: () => status } as unknown as Files, '/srv/web', [FACT]);

test('a file with the recorded size, time and inode is the recorded file', () => {
  expect(seenAs(STATUS)).toBe(true);
});

test.each([
  ['another size', { ...STATUS, size: 101 }],
  ['a later change, which no program can take back', { ...STATUS, changed: 6 }],
  ['another inode: it was replaced', { ...STATUS, inode: 8 }],
  ['no file', undefined],
])('it is another one with %s', (_, status) => {
  expect(seenAs(status)).toBe(false);
});

test('without recorded facts nothing is known', () => {
  expect(isUnchanged({} as Files, '/srv/web', [])).toBe(false);
});
