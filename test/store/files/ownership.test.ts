import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { ownershipOf } from '../../../src/store/files/ownership.ts';
import { rejectionOf } from '../../support/errors.ts';
import { fakeWorld, type FakeWorld } from '../../support/world/world.ts';

const REGISTRIES: Readonly<Record<string, string>> = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nhaproxy:x:104:106::/var/lib/haproxy:/usr/sbin/nologin\nhap:x:7:7::/:\n',
  '/etc/group': 'root:x:0:\nssl-cert:x:110:postgres\n',
};

const worldOf = (uid: number, groups: readonly number[] = [uid], changes: Partial<FakeWorld> = {}) =>
  fakeWorld({
    account: { uid, groups },
    files: { ...nodeFiles, read: path => utf8(REGISTRIES[path] ?? '') },
    ...changes,
  });

describe('the owner of a deployment', () => {
  test('without owner and group there is no ownership', async () => {
    expect(await ownershipOf(worldOf(0))({})).toBeUndefined();
  });

  test('owner and group are each a name or a number', async () => {
    const owners = ownershipOf(worldOf(0));
    expect(await owners({ owner: 'haproxy', group: 'ssl-cert' })).toEqual({ uid: 104, gid: 110 });
    expect(await owners({ owner: '4242' })).toEqual({ uid: 4242, gid: -1 });
    expect(await owners({ group: '0' })).toEqual({ uid: -1, gid: 0 });
  });

  test('an owner that only the name service knows is found, with one query', async () => {
    const asked: string[] = [];
    const run = async (argv: readonly string[]) => {
      asked.push(argv.join(' '));
      return utf8('CORP\\web:*:70001:70001::/home/web:/bin/sh\n');
    };
    const owners = ownershipOf(worldOf(0, [0], { run }));
    for (let i = 0; i < 2; i++) expect(await owners({ owner: 'CORP\\web' })).toEqual({ uid: 70001, gid: -1 });
    expect(asked).toEqual(['getent passwd CORP\\web']);
  });

  test.each([['nobody-here'], ['ha'], ['-x'], ['haproxy:x'], [''], ['4294967295']])(
    '%j is not a known owner',
    async owner => {
      const error = await rejectionOf(ownershipOf(worldOf(0))({ owner }));
      expect(error).toMatchObject({ code: 'ERR_OWNER_UNKNOWN', exitStatus: 2 });
    },
  );

  test('only root may give files to another user, and a member to a group', async () => {
    const owners = ownershipOf(worldOf(104, [106, 110]));
    expect(await owners({ owner: 'haproxy', group: 'ssl-cert' })).toEqual({ uid: 104, gid: 110 });
    for (const names of [{ owner: 'root' }, { group: 'root' }]) {
      expect(await rejectionOf(owners(names))).toMatchObject({ code: 'ERR_OWNER_FOREIGN', exitStatus: 2 });
    }
  });
});
