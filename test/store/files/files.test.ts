import { chmodSync, lstatSync, readFileSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles as files, removeLeftovers } from '../../../src/store/files/files.ts';
import { utf8 } from '../../../src/pki/bytes.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = tempDirectory();
  path = join(directory, 'file');
});

const mode = (at: string) => lstatSync(at).mode & 0o7777;

it('gives a file the mode that was asked for, whatever the umask', context => {
  const umask = process.umask(0o077);
  context.onTestFinished(() => void process.umask(umask));
  files.replace(path, utf8('for all'), 0o644);
  expect(mode(path)).toBe(0o644);
  files.replace(path, utf8('for us'), 0o600);
  expect(mode(path)).toBe(0o600);
});

describe('an owner', () => {
  const owned = (at: string) => {
    const { uid, gid } = lstatSync(at);
    return { uid, gid, mode: mode(at) };
  };

  it("gets a file that was never anybody else's to read", context => {
    context.skip(process.getuid?.() !== 0, 'only root gives files away');
    files.replace(path, utf8('key'), 0o640, { uid: 1234, gid: 5678 });
    expect(owned(path)).toEqual({ uid: 1234, gid: 5678, mode: 0o640 });
    files.setAccess(path, 0o600, { uid: 1234, gid: -1 });
    expect(owned(path)).toEqual({ uid: 1234, gid: 5678, mode: 0o600 });
  });

  it('may be ourselves, whoever we are', () => {
    const { uid, gid } = lstatSync(directory);
    files.writeNew(path, utf8('key'), 0o640, { uid, gid: -1 });
    expect(owned(path)).toEqual({ uid, gid, mode: 0o640 });
  });

  it('that we may not give it to leaves no file behind', context => {
    context.skip(process.getuid?.() === 0, 'root may give files to everybody');
    expect(() => files.replace(path, utf8('key'), 0o600, { uid: 0, gid: 0 })).toThrow('not permitted');
    expect(files.list(directory)).toEqual([]);
  });

  it('is not changed through a link', () => {
    symlinkSync('/etc/passwd', path);
    expect(() => files.setAccess(path, 0o600)).toThrow('symbolic link');
  });
});

describe('reading', () => {
  it('answers undefined for a missing file, and for one below a file', () => {
    writeFileSync(path, 'x');
    expect(files.read(join(directory, 'missing'), 10)).toBeUndefined();
    expect(files.read(join(path, 'below'), 10)).toBeUndefined();
  });

  it('says what keeps us from writing to a directory, there or not', () => {
    const at = (...parts: string[]) => files.obstacle(join(directory, ...parts));
    writeFileSync(join(directory, 'file'), '');
    symlinkSync('nowhere', join(directory, 'dangling'));
    expect(at()).toBeUndefined();
    expect(at('new', 'deep')).toBeUndefined();
    expect(at('file', 'deep')).toEqual({ path: join(directory, 'file'), reason: 'it is not a directory' });
    expect(at('dangling', 'deep')).toEqual({
      path: join(directory, 'dangling'),
      reason: 'it is a symbolic link to nothing',
    });
  });

  // root may write anywhere
  it('knows a directory that is not ours to write to', context => {
    context.skip(process.getuid?.() === 0, 'root may write everywhere');
    chmodSync(directory, 0o500);
    expect(files.obstacle(join(directory, 'new'))).toEqual({ path: directory, reason: 'permission denied' });
  });

  it('reads a file of exactly the limit and refuses one byte more', () => {
    writeFileSync(path, '12345');
    expect(files.read(path, 5)).toEqual(utf8('12345'));
    expect(() => files.read(path, 4)).toThrow(`cannot read file "${path}": it is larger than the 4 bytes allowed here`);
  });

  it('bounds what has no size, such as a device', () => {
    expect(() => files.read('/dev/zero', 1000)).toThrow('larger than the 1000 bytes');
  });

  it('names a directory as what it is', () => {
    expect(() => files.read(directory, 10)).toThrow('it is a directory');
  });

  it('reads a key only where it is, never through a link', () => {
    writeFileSync(path, 'key', { mode: 0o600 });
    symlinkSync('file', join(directory, 'link'));
    const { uid, gid, ctimeMs: changed } = lstatSync(path);
    const status = { kind: 'file', mode: 0o600, size: 3, uid, gid, changed };
    expect(files.readOwn(path, 10)).toEqual({ bytes: utf8('key'), status });
    expect(() => files.readOwn(join(directory, 'link'), 10)).toThrow('symbolic link');
    expect(files.read(join(directory, 'link'), 10)).toEqual(utf8('key'));
  });

  it('tells a link from what it points to', () => {
    mkdirSync(join(directory, 'd'), { mode: 0o750 });
    symlinkSync('d', path);
    expect(files.readLink(path)).toBe('d');
    expect(files.readLink(directory)).toBeUndefined();
    expect(files.status(path)?.kind).toBe('directory');
    expect(files.linkStatus(path)?.kind).toBe('link');
    expect(files.status(join(directory, 'missing'))).toBeUndefined();
  });

  it('lists names in order, and nothing where there is no directory', () => {
    writeFileSync(join(directory, 'b'), '');
    writeFileSync(join(directory, 'a'), '');
    expect(files.list(directory)).toEqual(['a', 'b']);
    expect(files.list(join(directory, 'missing'))).toEqual([]);
  });
});

describe('writing', () => {
  it('replaces the content and gives the mode asked for', () => {
    writeFileSync(path, 'old', { mode: 0o644 });
    files.replace(path, utf8('new'), 0o600);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(mode(path)).toBe(0o600);
    expect(files.list(directory)).toEqual(['file']);
  });

  it('replaces a link instead of writing through it', () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync('victim', path);
    files.replace(path, utf8('new'), 0o600);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(files.linkStatus(path)?.kind).toBe('file');
  });

  it.each(['createExclusive', 'writeNew'] as const)('%s refuses what exists, a dangling link included', method => {
    files[method](path, utf8('first'), 0o600);
    expect(mode(path)).toBe(0o600);
    expect(() => files[method](path, utf8('second'), 0o600)).toThrow(
      `cannot write "${path}": it already exists; the previous file is still in place`,
    );
    expect(readFileSync(path, 'utf8')).toBe('first');
    symlinkSync('nowhere', join(directory, 'dangling'));
    expect(() => files[method](join(directory, 'dangling'), utf8('x'), 0o600)).toThrow('it already exists');
  });

  it('makes a directory with its parents, and leaves an existing one alone', () => {
    const deep = join(directory, 'a', 'b');
    expect(files.newDirectory(deep, 0o700)).toEqual([directory, join(directory, 'a')]);
    expect(files.newDirectory(deep, 0o700)).toEqual([]);
    expect([mode(join(directory, 'a')), mode(deep)]).toEqual([0o700, 0o700]);
    chmodSync(deep, 0o750);
    files.makeDirectory(deep, 0o700);
    expect(mode(deep)).toBe(0o750);
  });

  it('switches a link from one target to another', () => {
    files.switchLink(path, 'versions/1', 'durable');
    files.switchLink(path, 'versions/2', 'batched');
    expect(files.readLink(path)).toBe('versions/2');
    expect(files.list(directory)).toEqual(['file']);
  });

  it('says in words why it cannot write, and what is still there', () => {
    expect(() => files.replace(join(directory, 'no', 'file'), utf8('x'), 0o600)).toThrow(
      'its directory does not exist',
    );
    expect(() => files.switchLink(directory, 'x', 'durable')).toThrow(
      'it is a directory; the previous file is still in place',
    );
    expect(files.list(join(directory, '..')).filter(name => name.startsWith('.svcauth-tmp-'))).toEqual([]);
  });

  it('makes few and many files durable', async () => {
    const paths = Array.from({ length: 40 }, (_, i) => join(directory, `f${i}`));
    for (const each of paths) files.writeNew(each, utf8('x'), 0o600);
    await files.syncAll([directory], paths);
    await files.syncAll([directory], [directory, ...paths.slice(0, 3)]);
    await expect(files.syncAll([directory], [join(directory, 'missing')])).rejects.toThrow('cannot write');
  });

  it('copies aside into a directory of our own', () => {
    writeFileSync(path, 'x');
    const copy = files.copyAside([path]);
    expect(mode(copy)).toBe(0o700);
    expect(files.list(copy)).toEqual(['file']);
    files.remove(copy);
    expect(files.status(copy)).toBeUndefined();
  });

  it('removes only what a crash left', () => {
    writeFileSync(join(directory, '.svcauth-tmp-0123456789ab'), 'half');
    writeFileSync(path, 'whole');
    removeLeftovers(files, directory);
    expect(files.list(directory)).toEqual(['file']);
  });
});
