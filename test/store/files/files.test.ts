import { execFileSync, spawn } from 'node:child_process';
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

it('a file gets the requested mode, whatever the umask', context => {
  const umask = process.umask(0o077);
  context.onTestFinished(() => void process.umask(umask));
  files.replace(path, utf8('for all'), 0o644);
  expect(mode(path)).toBe(0o644);
  files.replace(path, utf8('for us'), 0o600);
  expect(mode(path)).toBe(0o600);
});

describe('the owner of a file', () => {
  const owned = (at: string) => {
    const { uid, gid } = lstatSync(at);
    return { uid, gid, mode: mode(at) };
  };

  it('no other account can read a file before its owner gets it', context => {
    context.skip(process.getuid?.() !== 0, 'only root gives files away');
    files.replace(path, utf8('key'), 0o640, { uid: 1234, gid: 5678 });
    expect(owned(path)).toEqual({ uid: 1234, gid: 5678, mode: 0o640 });
    files.setAccess(path, 0o600, { uid: 1234, gid: -1 });
    expect(owned(path)).toEqual({ uid: 1234, gid: 5678, mode: 0o600 });
  });

  it('a file may be given to our own account', () => {
    const { uid, gid } = lstatSync(directory);
    files.writeNew(path, utf8('key'), 0o640, { uid, gid: -1 });
    expect(owned(path)).toEqual({ uid, gid, mode: 0o640 });
  });

  it('a file for an owner that is not permitted is not written', context => {
    context.skip(process.getuid?.() === 0, 'root may give files to everybody');
    expect(() => files.replace(path, utf8('key'), 0o600, { uid: 0, gid: 0 })).toThrow('not permitted');
    expect(files.list(directory)).toEqual([]);
  });

  it('the owner of a file is not changed through a link', () => {
    symlinkSync('/etc/passwd', path);
    expect(() => files.setAccess(path, 0o600)).toThrow('symbolic link');
  });
});

describe('reading', () => {
  it('a missing file, or a path below a file, reads as undefined', () => {
    writeFileSync(path, 'x');
    expect(files.read(join(directory, 'missing'), 10)).toBeUndefined();
    expect(files.read(join(path, 'below'), 10)).toBeUndefined();
  });

  it('obstacle names the reason why a directory, existing or not, is not writable', () => {
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
  it('obstacle finds a directory that our account may not write to', context => {
    context.skip(process.getuid?.() === 0, 'root may write everywhere');
    chmodSync(directory, 0o500);
    expect(files.obstacle(join(directory, 'new'))).toEqual({ path: directory, reason: 'permission denied' });
  });

  it('a file of exactly the limit is read, and one byte more is refused', () => {
    writeFileSync(path, '12345');
    expect(files.read(path, 5)).toEqual(utf8('12345'));
    expect(() => files.read(path, 4)).toThrow(`cannot read file "${path}": it is larger than the 4 bytes allowed here`);
  });

  it('reading is bounded for a file without a size, such as a device', () => {
    expect(() => files.readInput('/dev/zero', 1000)).toThrow('larger than the 1000 bytes');
  });

  it('a pipe in the place of a file is refused at once, and read as input only', () => {
    execFileSync('mkfifo', [path]);
    const refusal = 'it is a pipe, socket or device, not a plain file';
    expect(() => files.read(path, 10)).toThrow(refusal);
    expect(() => files.readOwn(path, 10)).toThrow(refusal);
    expect(() => [...files.chunks(path, 10)]).toThrow(refusal);
    const writer = spawn('sh', ['-c', 'echo -n input > "$0"', path]);
    expect(files.readInput(path, 10)).toEqual(utf8('input'));
    writer.kill();
  });

  it('reading a directory fails and names it a directory', () => {
    expect(() => files.read(directory, 10)).toThrow('it is a directory');
  });

  it('a key is never read through a link', () => {
    writeFileSync(path, 'key', { mode: 0o600 });
    symlinkSync('file', join(directory, 'link'));
    const { uid, gid, ctimeMs: changed, ino: inode } = lstatSync(path);
    const status = { kind: 'file', mode: 0o600, size: 3, uid, gid, changed, inode };
    expect(files.readOwn(path, 10)).toEqual({ bytes: utf8('key'), status });
    expect(() => files.readOwn(join(directory, 'link'), 10)).toThrow('symbolic link');
    expect(files.read(join(directory, 'link'), 10)).toEqual(utf8('key'));
  });

  it('the status of a link differs from that of its target', () => {
    mkdirSync(join(directory, 'd'), { mode: 0o750 });
    symlinkSync('d', path);
    expect(files.readLink(path)).toBe('d');
    expect(files.readLink(directory)).toBeUndefined();
    expect(files.status(path)?.kind).toBe('directory');
    expect(files.linkStatus(path)?.kind).toBe('link');
    expect(files.status(join(directory, 'missing'))).toBeUndefined();
  });

  it('the names in a directory are listed in order, and a missing directory has none', () => {
    writeFileSync(join(directory, 'b'), '');
    writeFileSync(join(directory, 'a'), '');
    expect(files.list(directory)).toEqual(['a', 'b']);
    expect(files.list(join(directory, 'missing'))).toEqual([]);
  });
});

describe('writing', () => {
  it('replace changes the content and sets the requested mode', () => {
    writeFileSync(path, 'old', { mode: 0o644 });
    files.replace(path, utf8('new'), 0o600);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(mode(path)).toBe(0o600);
    expect(files.list(directory)).toEqual(['file']);
  });

  it('replace replaces a link instead of writing through it', () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync('victim', path);
    files.replace(path, utf8('new'), 0o600);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(files.linkStatus(path)?.kind).toBe('file');
  });

  it.each(['createExclusive', 'writeNew'] as const)('%s refuses an existing file, also a dangling link', method => {
    files[method](path, utf8('first'), 0o600);
    expect(mode(path)).toBe(0o600);
    expect(() => files[method](path, utf8('second'), 0o600)).toThrow(
      `cannot write "${path}": it already exists; the previous file is still in place`,
    );
    expect(readFileSync(path, 'utf8')).toBe('first');
    symlinkSync('nowhere', join(directory, 'dangling'));
    expect(() => files[method](join(directory, 'dangling'), utf8('x'), 0o600)).toThrow('it already exists');
  });

  it('makeDirectory makes missing parents, and leaves an existing directory alone', () => {
    const deep = join(directory, 'a', 'b');
    expect(files.newDirectory(deep, 0o700)).toEqual([directory, join(directory, 'a')]);
    expect(files.newDirectory(deep, 0o700)).toEqual([]);
    expect([mode(join(directory, 'a')), mode(deep)]).toEqual([0o700, 0o700]);
    chmodSync(deep, 0o750);
    files.makeDirectory(deep, 0o700);
    expect(mode(deep)).toBe(0o750);
  });

  it('switchLink changes the target of a link', () => {
    files.switchLink(path, 'versions/1', 'durable');
    files.switchLink(path, 'versions/2', 'batched');
    expect(files.readLink(path)).toBe('versions/2');
    expect(files.list(directory)).toEqual(['file']);
  });

  it('a failed write reports the reason and that the previous file is still there', () => {
    expect(() => files.replace(join(directory, 'no', 'file'), utf8('x'), 0o600)).toThrow(
      'its directory does not exist',
    );
    expect(() => files.switchLink(directory, 'x', 'durable')).toThrow(
      'it is a directory; the previous file is still in place',
    );
    expect(files.list(join(directory, '..')).filter(name => name.startsWith('.svcauth-tmp-'))).toEqual([]);
  });

  it('syncAll makes few and many files durable', async () => {
    const paths = Array.from({ length: 40 }, (_, i) => join(directory, `f${i}`));
    for (const each of paths) files.writeNew(each, utf8('x'), 0o600);
    await files.syncAll([directory], paths);
    await files.syncAll([directory], [directory, ...paths.slice(0, 3)]);
    await expect(files.syncAll([directory], [join(directory, 'missing')])).rejects.toThrow('cannot write');
  });

  it('copyAside copies into a new private directory', () => {
    writeFileSync(path, 'x');
    const copy = files.copyAside([path]);
    expect(mode(copy)).toBe(0o700);
    expect(files.list(copy)).toEqual(['file']);
    files.remove(copy);
    expect(files.status(copy)).toBeUndefined();
  });

  it('removeLeftovers removes only the leftovers of a crash', () => {
    writeFileSync(join(directory, '.svcauth-tmp-0123456789ab'), 'half');
    writeFileSync(path, 'whole');
    removeLeftovers(files, directory);
    expect(files.list(directory)).toEqual(['file']);
  });
});
