import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/pki/bytes.ts';
import { nodeFiles, removeLeftovers } from '../../src/store/files/files.ts';
import { createHome, homeAt, openHome } from '../../src/store/home.ts';
import { createManifest, openManifest } from '../../src/store/manifest/sqlite-manifest.ts';
import { faultyFiles, PowerFailure } from '../support/world/faulty-files.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { fakeWorld } from '../support/world/world.ts';
import type { Files } from '../../src/world/files.ts';

interface Case {
  readonly name: string;
  /** Makes the old state, and returns the path that changes. */
  readonly prepare: (directory: string) => string;
  readonly change: (files: Files, path: string) => void;
  readonly read: (path: string) => string | undefined;
  readonly old: string | undefined;
  readonly new: string;
}

const readText = (path: string) => {
  const bytes = nodeFiles.read(path, 1000);
  return bytes && new TextDecoder().decode(bytes);
};

const CASES: readonly Case[] = [
  {
    name: 'replacing a file',
    prepare: directory => {
      writeFileSync(join(directory, 'file'), 'old content');
      return join(directory, 'file');
    },
    change: (files, path) => files.replace(path, utf8('new content'), 0o600),
    read: readText,
    old: 'old content',
    new: 'new content',
  },
  {
    name: 'replacing a file that is not there yet',
    prepare: directory => join(directory, 'file'),
    change: (files, path) => files.replace(path, utf8('new content'), 0o600),
    read: readText,
    old: undefined,
    new: 'new content',
  },
  {
    name: 'switching a link',
    prepare: directory => {
      symlinkSync('versions/1', join(directory, 'current'));
      return join(directory, 'current');
    },
    change: (files, path) => files.switchLink(path, 'versions/2', 'durable'),
    read: path => nodeFiles.readLink(path),
    old: 'versions/1',
    new: 'versions/2',
  },
];

describe.each(CASES)('$name', ({ prepare, change, read, old, new: now }) => {
  const counting = faultyFiles();
  change(counting, prepare(tempDirectory()));
  const steps = Array.from({ length: counting.steps() }, (_, i) => i + 1);

  it.each(steps)('a power failure at step %i leaves the old or the new content, and the next try succeeds', step => {
    const directory = tempDirectory();
    const path = prepare(directory);
    expect(() => change(faultyFiles(step), path)).toThrow(PowerFailure);
    expect([old, now]).toContain(read(path));
    removeLeftovers(nodeFiles, directory);
    change(nodeFiles, path);
    expect(read(path)).toBe(now);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it.each(steps)('a full disk at step %i leaves the old or the new content and no other file', step => {
    const directory = tempDirectory();
    const path = prepare(directory);
    expect(() => change(faultyFiles(step, 'disk-full'), path)).toThrow('no space is left on the disk');
    expect([old, now]).toContain(read(path));
    expect(readdirSync(directory).filter(name => join(directory, name) !== path)).toEqual([]);
  });
});

describe('creating a home', () => {
  const make = async (files: Files, directory: string, before: (home: string) => void) => {
    const world = fakeWorld({ cwd: directory, files });
    const home = homeAt(join(directory, 'deep', 'pki'));
    before(home.directory);
    await createHome(world, home, async draft => {
      files.makeDirectory(draft.authorities, 0o700);
      files.createExclusive(join(draft.authorities, 'ca.key'), utf8('secret'), 0o600);
      const manifest = await createManifest(world, draft.manifest);
      manifest.transaction(write => write.audit('ca.created', 'root-g1', {}));
      manifest.close();
    });
    return home;
  };
  const nothing = () => undefined;
  const empty = (home: string) => void mkdirSync(home, { recursive: true });

  it.each([
    ['in a new directory', nothing],
    ['in an empty directory', empty],
  ])('a home created %s is complete or absent after any interruption', async (_, before) => {
    const counting = faultyFiles();
    await make(counting, tempDirectory(), before);
    for (let step = 1; step <= counting.steps(); step++) {
      for (const how of ['power', 'disk-full'] as const) {
        const directory = tempDirectory();
        await expect(make(faultyFiles(step, how), directory, before), `${how} at ${step}`).rejects.toThrow();
        const world = fakeWorld({ cwd: directory });
        const there = nodeFiles.status(join(directory, 'deep/pki/manifest.db')) !== undefined;
        const left = nodeFiles.list(join(directory, 'deep')).filter(name => name !== 'pki');
        if (how === 'disk-full') expect(left).toEqual([]);
        const home = there ? openHome(world, 'deep/pki') : await make(nodeFiles, directory, nothing);
        const manifest = await openManifest(world, home.manifest);
        expect([...manifest.auditRecords()]).toHaveLength(1);
        manifest.close();
        expect(readFileSync(join(home.authorities, 'ca.key'), 'utf8')).toBe('secret');
        if (!there) expect(readdirSync(join(directory, 'deep'))).toEqual(['pki']);
      }
    }
  });
});
