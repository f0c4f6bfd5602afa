import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../../../src/errors/error.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth } from '../../support/world/world.ts';

let template: () => PkiWorld;
let world: PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate(
    [],
    [
      ['issue', 'web'],
      ['issue', 'ledger'],
    ],
  );
});
beforeEach(() => {
  world = template();
});

const path = (name: string, service = 'web'): string => join(world.home.service(service), 'current', name);
const HOUR = 3_600_000;
const hours = (count: number): void => {
  world.now = new Date(world.now.getTime() + count * HOUR);
};
const findings = async (...flags: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await runSvcauth(world, ['check', '-o', 'json', ...flags]);
  const { findings: found } = JSON.parse(stdout) as { findings: readonly { name: string; service?: string }[] };
  return found.map(({ name, service }) => `${service} ${name}`);
};
const actions = async (...flags: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await runSvcauth(world, ['tick', '-o', 'json', ...flags]);
  const { actions: done } = JSON.parse(stdout) as { actions: readonly { action: string; service?: string }[] };
  return done.map(({ action, service }) => `${service} ${action}`);
};
const facts = (service = 'web') => world.manifest(manifest => manifest.fileFacts({ services: [service] })[0]!);

describe('recorded facts of files', () => {
  test('issuing records every file of the version, and its directory', async () => {
    await world.succeed('issue', 'api');
    const { files, chain, anchors } = await facts('api');
    expect(files.map(each => each.path).sort()).toEqual(['', 'ca.crt', 'chain.pem', 'tls.crt', 'tls.key']);
    for (const { path: name, size, changed, inode } of files) {
      const { size: bytes, ctimeMs, ino } = statSync(path(name || '.', 'api'));
      expect({ size, changed, inode }).toEqual({ size: bytes, changed: ctimeMs, inode: ino });
    }
    expect([chain, anchors]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test('a home that was moved is compared with its files in the new place', async () => {
    unlinkSync(path('tls.crt'));
    expect(await findings()).toEqual(['web files-missing']);
  });

  test('a check neither records facts nor takes the lock', async () => {
    writeFileSync(path('ca.crt'), readFileSync(path('ca.crt')));
    const before = await facts();
    expect(await findings()).toEqual([]);
    expect(await facts()).toEqual(before);
  });

  test('a tick records the facts of a file that was replaced by the same content', async () => {
    const bytes = readFileSync(path('ca.crt'));
    unlinkSync(path('ca.crt'));
    writeFileSync(path('ca.crt'), bytes, { mode: 0o644 });
    chmodSync(path('ca.crt'), 0o644);
    expect(await findings()).toEqual([]);
    await world.succeed('tick');
    expect((await facts()).files.find(each => each.path === 'ca.crt')?.inode).toBe(statSync(path('ca.crt')).ino);
  });

  test('a tick writes nothing while facts are as recorded and less than a day old', async () => {
    await world.succeed('tick');
    const { seenAt } = await facts();
    hours(10);
    await world.succeed('tick');
    expect((await facts()).seenAt).toEqual(seenAt);
    hours(14);
    await world.succeed('tick');
    expect((await facts()).seenAt).toEqual(world.now);
  });
});

describe('a tick repairs what needs no decision', () => {
  test('garbled files are rewritten, and the hooks run once', async () => {
    writeFileSync(path('tls.crt'), 'garbled');
    unlinkSync(path('chain.pem'));
    expect(await findings()).toEqual(['web files-changed', 'web files-missing']);
    expect(await actions('--dry-run')).toEqual(['web deployed']);
    expect(await actions()).toEqual(['web deployed']);
    expect(await findings('--deep')).toEqual([]);
    expect(await actions()).toEqual([]);
  });

  test('a lost key is replaced by a renewal', async () => {
    unlinkSync(path('tls.key'));
    expect(await actions('--dry-run')).toEqual(['web renewed']);
    expect(await actions()).toEqual(['web renewed']);
    expect(await findings()).toEqual([]);
  });

  test('a lost link is restored, also after a rotation gave the version another name', async () => {
    const key = readFileSync(path('tls.key'));
    unlinkSync(join(world.home.service('web'), 'current'));
    expect(await actions()).toEqual(['web deployed']);
    expect(readFileSync(path('tls.key'))).toEqual(key);
  });

  test('files with a CSR are written again although the key was never here', async () => {
    const to = (name: string): string => join(world.cwd, name);
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-subj', '/CN=device'];
    execFileSync('openssl', ['req', ...made, '-keyout', to('k'), '-out', to('csr')], { stdio: 'ignore' });
    await world.succeed('issue', 'device', '--csr', to('csr'));
    const before = readFileSync(path('tls.crt', 'device'));
    rmSync(world.home.service('device'), { recursive: true });
    expect(await findings()).toEqual(['device files-missing', 'device files-not-current']);
    expect(await actions()).toEqual(['device deployed']);
    expect(readFileSync(path('tls.crt', 'device'))).toEqual(before);
    expect(await findings()).toEqual([]);
  });

  test('a repair that fails stays pending with its problem, and the finding stays', async () => {
    writeFileSync(path('ca.crt'), 'garbled');
    const { files } = world;
    world.files = {
      ...files,
      replace: (to, ...rest) => {
        if (to.includes('/versions/')) throw failure('ERR_FILE_WRITE', { path: to, reason: 'why', previous: true });
        files.replace(to, ...rest);
      },
    };
    expect((await runSvcauth(world, ['tick'])).status).toBe(5);
    expect(await world.manifest(manifest => manifest.deployment('web'))).toMatchObject({
      state: 'pending',
      problem: expect.stringContaining('why') as string,
    });
    expect(await findings()).toEqual(['web deployment-pending']);
    world.files = files;
    expect(await actions()).toEqual(['web deployed']);
    expect(readFileSync(path('ca.crt'), 'utf8')).not.toBe('garbled');
    expect(await findings()).toEqual([]);
  });
});

test('a stray file in authorities/ stops nothing', async () => {
  writeFileSync(join(world.home.authorities, '.DS_Store'), 'x');
  mkdirSync(join(world.home.authorities, 'lost+found'));
  await world.succeed('issue', 'api');
  await world.succeed('tick');
  expect(await findings()).toEqual([]);
});

test.for(['tls.crt', 'tls.key', 'ca.crt', 'chain.pem'])('a pipe in the place of %s hangs no command', async name => {
  unlinkSync(path(name));
  execFileSync('mkfifo', [path(name)]);
  expect(await findings()).toEqual([name === 'tls.key' ? 'web key-lost' : 'web files-changed']);
  expect((await runSvcauth(world, ['deploy', '--all', '--dry-run'])).status).toBe(0);
  await world.succeed('tick');
  expect(await findings('--deep')).toEqual([]);
});

test('an outdated chain and outdated anchors are right as long as svcauth wrote them', async () => {
  const { chain, anchors } = await facts();
  expect(await findings('--deep')).toEqual([]);
  await world.succeed('ca', 'rotate', 'prepare', '--tier', 'root');
  expect(await findings('--deep')).toEqual([]);
  expect((await facts()).anchors === anchors && (await facts()).chain === chain).toBe(true);
});
