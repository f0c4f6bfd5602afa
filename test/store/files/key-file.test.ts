import { chmodSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { nodeFiles as files } from '../../../src/store/files/files.ts';
import { homeAt, type Home } from '../../../src/store/home.ts';
import { createKeyFile, readKeyFile } from '../../../src/store/files/key-file.ts';
import { errorOf } from '../../support/errors.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

let home: Home;
let path: string;
beforeEach(() => {
  home = homeAt(tempDirectory());
  path = home.authority('root-g1').key;
  files.makeDirectory(home.authority('root-g1').directory, 0o700);
  createKeyFile(files, path, utf8('a key'));
});

const read = () => readKeyFile(files, home, 'root-g1');

it('a key file is private and never overwrites another', () => {
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  expect(read()).toEqual(utf8('a key'));
  expect(() => createKeyFile(files, path, utf8('another'))).toThrow('it already exists');
});

it.each([0o640, 0o604, 0o620, 0o666])('a key of mode %o is refused with a command that fixes it', mode => {
  chmodSync(path, mode);
  const error = errorOf(read);
  expect([error.code, error.exitStatus, error.hints[0]]).toEqual(['ERR_KEY_READABLE', 7, `chmod 600 ${path}`]);
});

it('a link to a key is refused, even if the key is good', () => {
  renameSync(path, join(home.directory, 'elsewhere'));
  symlinkSync(join(home.directory, 'elsewhere'), path);
  expect(errorOf(read).message).toBe(`the key "${path}" is a link and not a file`);
});

it('a missing key is reported with its CA, and a file that cannot be a key is refused', () => {
  expect(errorOf(() => readKeyFile(files, home, 'issuing-g1')).code).toBe('ERR_KEY_MISSING');
  mkdirSync(home.authority('issuing-g1').key, { recursive: true });
  expect(() => readKeyFile(files, home, 'issuing-g1')).toThrow('is a directory and not a file');
  writeFileSync(path, new Uint8Array(70_000));
  expect(read).toThrow('it is larger than the 65536 bytes allowed here');
});
