import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/pki/bytes.ts';
import { nodeFiles as files } from '../../src/store/files/files.ts';
import { errorOf } from '../support/errors.ts';
import { createHome, locateHome, openHome, sweepHome, type Home } from '../../src/store/home.ts';

let cwd: string;
let world: { cwd: string; env: Record<string, string>; files: typeof files };
beforeEach(() => {
  cwd = tempDirectory();
  world = { cwd, env: {}, files };
});

const build = async (draft: Home) => files.createExclusive(draft.manifest, utf8('manifest'), 0o600);

describe('the choice of the home', () => {
  it('the home is that of the flag, then of the environment, then .svcauth in the working directory', () => {
    world.env = { SVCAUTH_HOME: 'from-env' };
    expect(locateHome(world, 'from-flag').directory).toBe(join(cwd, 'from-flag'));
    expect(locateHome(world).directory).toBe(join(cwd, 'from-env'));
    world.env = { SVCAUTH_HOME: '' };
    expect(locateHome(world).directory).toBe(join(cwd, '.svcauth'));
    expect(locateHome(world, '/absolute').manifest).toBe('/absolute/manifest.db');
  });
});

describe('opening a home', () => {
  it('a missing home is reported with the command that makes one', () => {
    const error = errorOf(() => openHome(world));
    expect([error.code, error.exitStatus]).toEqual(['ERR_HOME_MISSING', 2]);
    expect(error.hints[0]).toBe('create one: svcauth ca init --trust-domain example.org');
    mkdirSync(join(cwd, 'my pki'));
    expect(errorOf(() => openHome(world, 'my pki')).hints[0]).toBe(
      `create one: svcauth ca init --trust-domain example.org --home 'my pki'`,
    );
  });

  it('a home without its manifest opens, so the missing manifest is reported', () => {
    mkdirSync(join(cwd, '.svcauth', 'authorities'), { recursive: true, mode: 0o700 });
    expect(openHome(world).manifest).toBe(join(cwd, '.svcauth/manifest.db'));
  });

  it('a home that others may write to is refused, through a link as well', async () => {
    const home = locateHome(world);
    await createHome(world, home, build);
    symlinkSync('.svcauth', join(cwd, 'link'));
    expect(openHome(world, 'link').directory).toBe(join(cwd, 'link'));
    for (const mode of [0o770, 0o702]) {
      chmodSync(home.directory, mode);
      const error = errorOf(() => openHome(world, 'link'));
      expect([error.code, error.exitStatus]).toEqual(['ERR_HOME_WRITABLE', 7]);
      expect(error.hints).toEqual([`chmod go-w ${join(cwd, 'link')}`]);
    }
    chmodSync(home.directory, 0o755);
    expect(openHome(world).directory).toBe(home.directory);
  });
});

describe('making a home', () => {
  it('a new home is private, in a new or an empty directory', async () => {
    mkdirSync(join(cwd, 'empty'), { mode: 0o755 });
    for (const name of ['deep/new', 'empty']) {
      const home = locateHome(world, name);
      await createHome(world, home, build);
      expect(lstatSync(home.directory).mode & 0o777).toBe(0o700);
      expect(readdirSync(home.directory)).toEqual(['manifest.db']);
    }
    expect(readdirSync(cwd)).toEqual(['deep', 'empty']);
  });

  it('a home is not made in a directory with a PKI or any other file', async () => {
    await createHome(world, locateHome(world), build);
    await expect(createHome(world, locateHome(world), build)).rejects.toThrow('it was not changed');
    mkdirSync(join(cwd, 'project'));
    writeFileSync(join(cwd, 'project', 'README'), '');
    writeFileSync(join(cwd, 'file'), '');
    await expect(createHome(world, locateHome(world, 'project'), build)).rejects.toThrow('it holds "README"');
    await expect(createHome(world, locateHome(world, 'file'), build)).rejects.toThrow('it holds "file"');
    expect(readdirSync(join(cwd, 'project'))).toEqual(['README']);
  });

  it('making a home leaves nothing when it fails, and removes the leftovers of an interrupted run', async () => {
    const home = locateHome(world);
    mkdirSync(join(cwd, '.svcauth.svcauth-tmp-0123456789ab'));
    const failing = async (draft: Home) => {
      await build(draft);
      throw new Error('no passphrase');
    };
    await expect(createHome(world, home, failing)).rejects.toThrow('no passphrase');
    expect(readdirSync(cwd)).toEqual([]);
  });
});

it('sweeping a home removes only the leftovers of an interrupted run', () => {
  const home = locateHome(world);
  const left = [home.directory, home.authority('root-g1').directory, home.public.directory, home.public.crls];
  for (const directory of left) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, '.svcauth-tmp-0123456789ab'), 'half a key');
    writeFileSync(join(directory, 'kept'), '');
  }
  sweepHome(files, home);
  for (const directory of left) {
    expect(readdirSync(directory)).toContain('kept');
    expect(readdirSync(directory)).not.toContain('.svcauth-tmp-0123456789ab');
  }
});
