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

describe('which home is meant', () => {
  it('prefers the flag, then the environment, then .svcauth here', () => {
    world.env = { SVCAUTH_HOME: 'from-env' };
    expect(locateHome(world, 'from-flag').directory).toBe(join(cwd, 'from-flag'));
    expect(locateHome(world).directory).toBe(join(cwd, 'from-env'));
    world.env = { SVCAUTH_HOME: '' };
    expect(locateHome(world).directory).toBe(join(cwd, '.svcauth'));
    expect(locateHome(world, '/absolute').manifest).toBe('/absolute/manifest.db');
  });
});

describe('opening a home', () => {
  it('says how to make one where there is none', () => {
    const error = errorOf(() => openHome(world));
    expect([error.code, error.exitStatus]).toEqual(['ERR_HOME_MISSING', 2]);
    expect(error.hints[0]).toBe('make one: svcauth ca init --trust-domain example.org');
    mkdirSync(join(cwd, 'my pki'));
    expect(errorOf(() => openHome(world, 'my pki')).hints[0]).toBe(
      `make one: svcauth ca init --trust-domain example.org --home 'my pki'`,
    );
  });

  it('opens a home that has lost its manifest, so that this is what gets reported', () => {
    mkdirSync(join(cwd, '.svcauth', 'authorities'), { recursive: true, mode: 0o700 });
    expect(openHome(world).manifest).toBe(join(cwd, '.svcauth/manifest.db'));
  });

  it('refuses one that others may write to, through a link as well', async () => {
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
  it('makes it private, in a new or an empty directory', async () => {
    mkdirSync(join(cwd, 'empty'), { mode: 0o755 });
    for (const name of ['deep/new', 'empty']) {
      const home = locateHome(world, name);
      await createHome(world, home, build);
      expect(lstatSync(home.directory).mode & 0o777).toBe(0o700);
      expect(readdirSync(home.directory)).toEqual(['manifest.db']);
    }
    expect(readdirSync(cwd)).toEqual(['deep', 'empty']);
  });

  it('refuses a second PKI, and a directory with anything in it', async () => {
    await createHome(world, locateHome(world), build);
    await expect(createHome(world, locateHome(world), build)).rejects.toThrow('already; it was left as it is');
    mkdirSync(join(cwd, 'project'));
    writeFileSync(join(cwd, 'project', 'README'), '');
    writeFileSync(join(cwd, 'file'), '');
    await expect(createHome(world, locateHome(world, 'project'), build)).rejects.toThrow('it holds "README"');
    await expect(createHome(world, locateHome(world, 'file'), build)).rejects.toThrow('it holds "file"');
    expect(readdirSync(join(cwd, 'project'))).toEqual(['README']);
  });

  it('leaves nothing when building fails, and clears what an interrupted run left', async () => {
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

it('is swept of what an interrupted run left, and of nothing else', () => {
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
