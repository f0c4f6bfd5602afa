import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { generateKeyPair, type QuickKeyAlgorithm } from '../../../src/pki/key/pair.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { nodeFiles as files } from '../../../src/store/files/files.ts';
import {
  compareVersion,
  currentEntry,
  currentVersion,
  expectedLeaf,
  isWhole,
  readVersion,
  removeVersion,
  switchToVersion,
  tidyVersions,
  versionName,
  versionTrust,
  writeRetrusted,
  writeVersion,
  type ExpectedVersion,
} from '../../../src/store/files/service-files.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

const { pkcs8, publicKey } = generateKeyPair(KEY_ALGORITHMS['ecdsa-p256'] as QuickKeyAlgorithm);
const KEY = utf8(encodePem('PRIVATE KEY', pkcs8));
const LEAF = utf8('the leaf\n');
const [OLD, NEW] = ['aa'.repeat(16), 'bb'.repeat(16)];

let directory: string;
beforeEach(() => {
  directory = join(tempDirectory(), 'tls', 'payments');
});

const version = (serial: string, keyPem?: Uint8Array) => ({
  serial,
  certificatePem: utf8('the leaf\nthe chain\n'),
  chainPem: utf8('the chain\n'),
  anchorsPem: utf8('the anchors\n'),
  ...(keyPem && { keyPem }),
});
const expected = (): ExpectedVersion => ({
  leafPem: LEAF,
  publicKey: decodePublicKeyInfo(new DerReader(publicKey)),
});
const stateOf = (changes: Partial<ExpectedVersion> = {}) =>
  compareVersion(readVersion(files, directory, NEW), { ...expected(), ...changes });
const isVersionWhole = (): boolean => isWhole(stateOf()) && stateOf().key === 'right';
const inVersion = (serial: string, name = '') => join(directory, 'versions', serial, name);

describe('a version', () => {
  test('a new version is beside the current one, with the file names of Kubernetes and a private key', () => {
    writeVersion(files, directory, version(NEW, KEY));
    expect(readdirSync(directory)).toEqual(['versions']);
    const modes = readdirSync(inVersion(NEW)).map(name => [name, lstatSync(inVersion(NEW, name)).mode & 0o777]);
    expect(modes).toEqual([
      ['ca.crt', 0o644],
      ['chain.pem', 0o644],
      ['tls.crt', 0o644],
      ['tls.key', 0o600],
    ]);
    expect(readFileSync(inVersion(NEW, 'tls.crt'), 'utf8')).toBe('the leaf\nthe chain\n');
  });

  test('writing a version returns each file and directory to make durable once', () => {
    const { paths } = writeVersion(files, directory, version(NEW, KEY));
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of [directory, inVersion(NEW), inVersion(NEW, 'tls.key'), join(directory, 'versions')]) {
      expect(paths).toContain(path);
    }
  });

  test('a version is never written over another', () => {
    writeVersion(files, directory, version(NEW, KEY));
    expect(() => writeVersion(files, directory, version(NEW, KEY))).toThrow('it already exists');
  });

  test('a version can be removed', () => {
    writeVersion(files, directory, version(NEW, KEY));
    removeVersion(files, directory, NEW);
    expect(readdirSync(join(directory, 'versions'))).toEqual([]);
  });
});

describe('the current link', () => {
  test('the current link changes from one version to the other in one step', () => {
    for (const serial of [OLD, NEW]) {
      writeVersion(files, directory, version(serial, KEY));
      switchToVersion(files, directory, serial);
      expect(readlinkSync(join(directory, 'current'))).toBe(`versions/${serial}`);
      expect(currentVersion(files, directory)).toBe(serial);
    }
    expect(readdirSync(directory).sort()).toEqual(['current', 'versions']);
  });

  test('a missing current link is undefined', () => {
    expect(currentEntry(files, directory)).toBeUndefined();
    expect(currentVersion(files, directory)).toBeUndefined();
  });

  test.each<[string, (path: string) => void]>([
    ['a directory', path => mkdirSync(path)],
    ['a file', path => writeFileSync(path, '')],
    ['a link elsewhere', path => symlinkSync('releases/7', path)],
    ['a link to a version that is not a serial', path => symlinkSync('versions/1.0', path)],
    ['a link out of the directory', path => symlinkSync(`versions/../../${NEW}`, path)],
  ])('the current link is foreign when it is %s', (_, make) => {
    mkdirSync(directory, { recursive: true });
    make(join(directory, 'current'));
    expect(currentEntry(files, directory)).toBe('foreign');
    expect(currentVersion(files, directory)).toBeUndefined();
  });
});

describe('the same certificate with another chain and other anchors', () => {
  const trust = {
    certificatePem: utf8('the leaf\nanother chain\n'),
    chainPem: utf8('another chain\n'),
    anchorsPem: utf8('old and new anchors\n'),
  };
  const names = { from: NEW, to: `${NEW}.0123abcd` };
  beforeEach(() => {
    writeVersion(files, directory, version(NEW, KEY));
    switchToVersion(files, directory, NEW);
  });

  test('a version with another chain is beside the current one, and has the same serial', () => {
    files.setAccess(inVersion(NEW, 'tls.key'), 0o640);
    const { paths } = writeRetrusted(files, directory, names, trust);
    expect(paths).toContain(inVersion(names.to, 'tls.key'));
    expect(currentEntry(files, directory)).toEqual({ serial: NEW, name: NEW });
    switchToVersion(files, directory, names.to);
    expect(currentEntry(files, directory)).toEqual({ serial: NEW, name: names.to });
    expect(readVersion(files, directory, NEW, 'trust')).toEqual(trust);
    expect(readVersion(files, directory, NEW)).toEqual({ ...trust, keyPem: KEY });
    expect(new Uint8Array(readFileSync(inVersion(names.to, 'tls.key')))).toEqual(KEY);
    expect(lstatSync(inVersion(names.to, 'tls.key')).mode & 0o777).toBe(0o640);
    files.remove(inVersion(NEW));
    expect(isVersionWhole()).toBe(true);
    expect(versionName(files, directory, NEW)).toBe(names.to);
    expect(versionName(files, directory, OLD)).toBe(OLD);
  });

  test('a partial version with another chain is replaced', () => {
    mkdirSync(inVersion(names.to));
    writeFileSync(inVersion(names.to, 'tls.key'), 'half');
    writeRetrusted(files, directory, names, trust);
    expect(new Uint8Array(readFileSync(inVersion(names.to, 'tls.key')))).toEqual(KEY);
  });
});

describe('a version is whole', () => {
  test('a version with leaf, chain, anchors and matching key is whole', () => {
    writeVersion(files, directory, version(NEW, KEY));
    expect(isVersionWhole()).toBe(true);
  });

  test('a version without a key is whole only if its key is not ours', () => {
    writeVersion(files, directory, version(NEW));
    expect(isWhole(stateOf())).toBe(true);
    expect(stateOf().key).toBe('missing');
    expect(compareVersion(readVersion(files, directory, NEW), { leafPem: LEAF }).key).toBe('right');
  });

  test.each<[string, string, Uint8Array | undefined]>([
    ['the leaf is another', 'tls.crt', utf8('another\n')],
    ['the leaf is cut off', 'tls.crt', LEAF.subarray(0, 4)],
    ['the key is empty', 'tls.key', utf8('')],
    [
      'the key is another',
      'tls.key',
      utf8(encodePem('PRIVATE KEY', generateKeyPair(KEY_ALGORITHMS['ecdsa-p256'] as QuickKeyAlgorithm).pkcs8)),
    ],
  ])('a version is not whole when %s', (_, name, bytes) => {
    writeVersion(files, directory, version(NEW, KEY));
    writeFileSync(inVersion(NEW, name), bytes!);
    expect(isVersionWhole()).toBe(false);
  });

  test.each(['ca.crt', 'chain.pem', 'tls.crt', 'tls.key'])('a version without %s is not whole', name => {
    writeVersion(files, directory, version(NEW, KEY));
    files.remove(inVersion(NEW, name));
    expect(isVersionWhole()).toBe(false);
  });
});

describe('a version compared with the chain and the anchors that belong there', () => {
  const wanted = { chainPem: utf8('the chain\n'), anchorsPem: utf8('the anchors\n') };
  const right = { key: 'right', leaf: 'right', chain: 'right', anchors: 'right' };

  test.each<[string, string, string, Partial<typeof right>]>([
    ['everything is right', 'ca.crt', 'the anchors\n', {}],
    ['other anchors', 'ca.crt', 'the anchors\nand one more\n', { anchors: 'differs' }],
    ['another chain alone', 'chain.pem', 'another chain\n', { chain: 'differs' }],
    ['another chain behind the leaf', 'tls.crt', 'the leaf\nanother chain\n', { chain: 'differs' }],
    ['no chain behind the leaf', 'tls.crt', 'the leaf\n', { chain: 'differs' }],
    ['something behind the chain', 'tls.crt', 'the leaf\nthe chain\n\n', { chain: 'differs' }],
    ['another leaf', 'tls.crt', 'a leaf!!\nthe chain\n', { leaf: 'differs' }],
    ['an empty key', 'tls.key', '', { key: 'differs' }],
  ])('%s', (_, name, content, differences) => {
    writeVersion(files, directory, version(NEW, KEY));
    writeFileSync(inVersion(NEW, name), content);
    expect(stateOf(wanted)).toEqual({ ...right, ...differences });
  });

  test.each<[string, Partial<typeof right>]>([
    ['tls.key', { key: 'missing' }],
    ['tls.crt', { leaf: 'missing' }],
    ['chain.pem', { chain: 'missing' }],
    ['ca.crt', { anchors: 'missing' }],
  ])('%s is missing', (name, differences) => {
    writeVersion(files, directory, version(NEW, KEY));
    files.remove(inVersion(NEW, name));
    expect(stateOf(wanted)).toEqual({ ...right, ...differences });
  });
});

test('a version that was just written compares as right', () => {
  const [der, trust] = [Uint8Array.of(1, 2, 3), { chainPem: utf8('the chain\n'), anchorsPem: utf8('the anchors\n') }];
  writeVersion(files, directory, { serial: NEW, ...versionTrust(der, trust) });
  expect(compareVersion(readVersion(files, directory, NEW), { ...expectedLeaf(der), ...trust })).toEqual({
    ...{ key: 'right', leaf: 'right', chain: 'right', anchors: 'right' },
  });
});

test('tidying removes only our versions that are not kept, and the leftovers of a crash', () => {
  const theirs = ['1.0', 'cc'.repeat(16), 'README'];
  for (const serial of [OLD, NEW, 'dd', ...theirs]) mkdirSync(inVersion(serial), { recursive: true });
  writeFileSync(join(directory, '.svcauth-tmp-0123'), '');
  const ours = [OLD, NEW, 'dd'];
  tidyVersions(files, directory, { keep: [NEW, undefined], isOurs: serial => ours.includes(serial) });
  expect(readdirSync(join(directory, 'versions')).sort()).toEqual([NEW, ...theirs].sort());
  expect(readdirSync(directory)).toEqual(['versions']);
});
