import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { homeAt, type Home } from '../../src/store/home.ts';
import { lockHome, withLock } from '../../src/store/lock.ts';
import { changePki } from '../../src/store/open-pki.ts';
import { SvcauthError } from '../../src/errors/error.ts';
import { nodeFiles } from '../../src/store/files/files.ts';
import { bundled, startChild } from '../support/bundled.ts';
import { faultyFiles } from '../support/world/faulty-files.ts';
import { makeHome } from '../support/world/home.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../support/world/world.ts';

let world: FakeWorld;
let home: Home;
beforeEach(() => {
  world = fakeWorld();
  home = homeAt(world.cwd);
});

const refusal = async (patience: number): Promise<SvcauthError> => {
  const error: unknown = await lockHome(world, home, 'issue', patience).catch((thrown: unknown) => thrown);
  if (error instanceof SvcauthError) return error;
  throw new Error('the lock was given');
};

describe('the lock of a home', () => {
  it('one run at a time holds the lock, and the others get its name', async () => {
    const lock = await lockHome(world, home, 'crl refresh');
    const error = await refusal(0);
    expect([error.code, error.exitStatus]).toEqual(['ERR_LOCKED', 6]);
    expect(error.message).toBe(
      `"${home.directory}" is in use by "svcauth crl refresh" of ops@ca.example.org, pid 4242, ` +
        'since 2026-11-21T00:00:00Z; waited 0 s, nothing was changed',
    );
    lock.release();
    (await lockHome(world, home, 'issue', 0)).release();
  });

  it('a released lock leaves a private empty file and no note', async () => {
    (await lockHome(world, home, 'issue')).release();
    expect(readdirSync(home.directory)).toEqual(['lock.db']);
    expect(lstatSync(home.lock).mode & 0o777).toBe(0o600);
  });

  it('the lock is held while the work runs, and released when it fails', async () => {
    const work = withLock(world, home, 'tick', async () => {
      expect((await refusal(0)).message).toContain('"svcauth tick"');
      throw new Error('stop');
    });
    await expect(work).rejects.toThrow('stop');
    expect(await withLock(world, home, 'tick', () => 'done')).toBe('done');
  });

  it('the lock is taken and released even when its note cannot be written or removed', async () => {
    (await lockHome(world, home, 'issue')).release();
    for (let step = 1; step <= 6; step++) {
      world.files = faultyFiles(step, 'disk-full');
      expect(await withLock(world, home, 'tick', () => 'done')).toBe('done');
    }
  });

  it('the lock is released after a power failure at any step', async () => {
    (await lockHome(world, home, 'issue')).release();
    for (let step = 1; step <= 6; step++) {
      world.files = faultyFiles(step);
      await Promise.allSettled([withLock(world, home, 'tick', () => 'done')]);
      world.files = nodeFiles;
      (await lockHome(world, home, 'issue', 0)).release();
    }
  });

  it('a lock file that cannot be opened is reported with the reason', async () => {
    mkdirSync(home.lock);
    await expect(lockHome(world, home, 'issue', 0)).rejects.toThrow('it cannot be opened');
  });
});

describe('work outside the lock', () => {
  it('the lock is free during the work, and held again after it', async () => {
    await withLock(world, home, 'tick', async outside => {
      const answer = await outside(async () => {
        expect(await withLock(world, home, 'revoke', () => 'revoked')).toBe('revoked');
        return 'hooked';
      });
      expect(answer).toBe('hooked');
      expect((await refusal(0)).message).toContain('"svcauth tick"');
    });
    (await lockHome(world, home, 'issue', 0)).release();
  });

  it('work outside that fails leaves the lock free', async () => {
    const work = withLock(world, home, 'tick', outside => outside(() => Promise.reject(new Error('stop'))));
    await expect(work).rejects.toThrow('stop');
    (await lockHome(world, home, 'issue', 0)).release();
  });

  it('a lock that cannot be taken again is an error of its own, as the work before is recorded', async () => {
    const work = withLock(world, home, 'tick', async outside => {
      await outside(() => {
        rmSync(home.lock);
        world.files = faultyFiles(1, 'disk-full');
        return Promise.resolve();
      });
    });
    await expect(work).rejects.toMatchObject({ code: 'ERR_LOCK_LOST', exitStatus: 5 });
    await expect(work).rejects.toThrow(/no space is left.*the changes before are recorded/);
  });

  it('the time of the run moves on with the clock after work outside, and never back', async () => {
    await makeHome(world, {});
    const start = world.now;
    let clock = start;
    world.clock = () => clock;
    await changePki(world, undefined, 'tick', async ({ world: present, outsideLock }) => {
      const seconds = () => (present.now.getTime() - start.getTime()) / 1000;
      for (const [read, expected] of [
        [90, 90],
        [30, 90],
        [100, 100],
      ] as const) {
        clock = new Date(start.getTime() + read * 1000);
        await outsideLock(() => Promise.resolve());
        expect(seconds()).toBe(expected);
      }
    });
  });
});

describe('--lock-wait', () => {
  it('a command waits as long as it says, before or after its name', async () => {
    await makeHome(world, {});
    const lock = await lockHome(world, homeAt(`${world.cwd}/.svcauth`), 'tick');
    for (const argv of [
      ['--lock-wait', '0s', 'crl', 'refresh'],
      ['crl', 'refresh', '--lock-wait', '0s'],
    ]) {
      const { status, stderr } = await runSvcauth(world, argv);
      expect([status, stderr]).toEqual([6, expect.stringContaining('waited 0 s')]);
    }
    expect((await runSvcauth(world, ['crl', 'refresh', '--lock-wait', '1s'])).stderr).toContain('waited 1 s');
    lock.release();
  });

  it('a wait without a unit is refused', async () => {
    expect((await runSvcauth(world, ['tick', '--lock-wait', '5'])).stderr).toContain('[ERR_DURATION]');
  });
});

async function startHolder() {
  const holder = startChild([process.execPath, await bundled('lock-holder.ts', home.directory), home.directory]);
  await once(holder.stdout!, 'data');
  return holder;
}

describe('between processes', () => {
  it('a process waits for the lock of another, and gets it when that is killed', async () => {
    const holder = await startHolder();
    const error = await refusal(50);
    expect(error.message).toContain(`"svcauth tick" of cron@ca.example.org, pid ${String(holder.pid)}, since`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    (await lockHome(world, home, 'issue', 0)).release();
  });
});
