import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkAuditChain } from '../../src/record/audit-chain.ts';
import { lockHome } from '../../src/store/lock.ts';
import { bundled } from '../support/bundled.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { servedSerial } from '../support/service-state.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { treeDigest } from '../support/world/tree-digest.ts';
import { START } from '../support/world/world.ts';

let program: string;
let fresh: () => PkiWorld;
beforeAll(async () => {
  program = await bundled('svcauth.ts', tempDirectory());
  fresh = await pkiTemplate();
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a run in its own process, and kills it after some milliseconds if asked to. */
function start(world: PkiWorld, argv: readonly string[], killAfter?: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...argv], { cwd: world.cwd });
    onTestFinished(() => void child.kill('SIGKILL'));
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('error', reject);
    child.on('close', status => resolve({ status, ...output }));
  });
}

const services = async (world: PkiWorld) =>
  world.manifest(manifest =>
    manifest.serviceNames().map(name => {
      const certificates = manifest.certificatesOfService(name).map(({ serial, state }) => ({ serial, state }));
      return { name, served: servedSerial(world.home.service(name)), certificates };
    }),
  );

describe('concurrent runs', () => {
  test('concurrent runs for different services both succeed', async () => {
    const world = fresh();
    const names = ['payments', 'ledger', 'web', 'mail'];
    const runs = await Promise.all(names.map(name => start(world, ['issue', name])));
    expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      names.map(() => ({ status: 0, stderr: '' })),
    );
    const found = await services(world);
    expect(found.map(({ name }) => name)).toEqual(names.toSorted());
    for (const { served, certificates } of found) expect(certificates).toEqual([{ serial: served, state: 'current' }]);
    await world.manifest(manifest => expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken'));
  });

  test('one of several concurrent runs for a service issues, and the others change nothing', async () => {
    const world = fresh();
    const runs = await Promise.all([1, 2, 3].map(() => start(world, ['issue', 'payments'])));
    expect(runs.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(runs.map(({ stdout }) => stdout.split(/ /, 1)[0]).sort()).toEqual(['issued', 'unchanged', 'unchanged']);
    expect(await services(world)).toMatchObject([{ name: 'payments', certificates: [{ state: 'current' }] }]);
  });

  test('concurrent runs lose no revocation', async () => {
    const world = fresh();
    await world.succeed('issue', 'a');
    await world.succeed('issue', 'b');
    const runs = await Promise.all(
      [
        ['revoke', 'a'],
        ['revoke', 'b'],
        ['issue', 'c'],
        ['bundle', 'write'],
      ].map(argv => start(world, argv)),
    );
    expect(runs.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    await world.manifest(manifest => expect(manifest.latestCrl('issuing-g1')!.entryCount).toBe(2));
  });
});

test('one of several concurrent ticks does all due work, and the others change nothing', async () => {
  // the processes run at START, when the services are 25 days old
  const longAgo = new Date(START.getTime() - 25 * 86_400_000);
  const names = ['a', 'b', 'c'];
  const issued = names.map(name => ['issue', name]);
  const world = (await pkiTemplate([], issued, { now: longAgo }))({ now: START });
  const runs = await Promise.all([1, 2, 3].map(() => start(world, ['tick'])));
  expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(runs.map(() => ({ status: 0, stderr: '' })));
  expect(runs.filter(({ stdout }) => stdout !== '')).toHaveLength(1);
  for (const { served, certificates } of await services(world)) {
    expect(certificates).toEqual([
      { serial: served, state: 'current' },
      { serial: expect.any(String) as string, state: 'superseded' },
    ]);
  }
  await world.manifest(manifest => expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken'));
});

test('a tick that waits ten seconds for another run exits with 6, names it and changes nothing', async () => {
  const world = fresh();
  const before = treeDigest(world.home.authorities);
  const lock = await lockHome(world, world.home, 'issue');
  const { status, stdout, stderr } = await start(world, ['tick']);
  lock.release();
  expect({ status, stdout }).toEqual({ status: 6, stdout: '' });
  expect(stderr).toContain('[ERR_LOCKED]');
  expect(stderr).toContain('"svcauth issue" of ops@ca.example.org, pid 4242');
  expect(treeDigest(world.home.authorities)).toEqual(before);
  expect((await start(world, ['tick', '--fail-on', 'never'])).status).toBe(0);
});

test('the next run finishes the work of a run killed at any time', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `s${String(i).padStart(2, '0')}`);
  for (const killAfter of [150, 200, 250, 300, 400]) {
    const world = fresh();
    writeFileSync(join(world.cwd, 'list.csv'), ['service', ...names].join('\n'));
    await start(world, ['issue', '--from', 'list.csv'], killAfter);
    for (const { served, certificates } of await services(world)) {
      if (served !== undefined) expect(certificates).toEqual([{ serial: served, state: 'current' }]);
    }
    const { status, stderr } = await start(world, ['issue', '--from', 'list.csv']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = await services(world);
    expect(found.map(({ name }) => name)).toEqual(names);
    for (const { served, certificates } of found) {
      expect(certificates.filter(({ state }) => state === 'current')).toEqual([{ serial: served, state: 'current' }]);
    }
    await world.manifest(manifest => {
      expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken');
      for (const name of names) expect(manifest.deployment(name)).toMatchObject({ state: 'deployed' });
    });
  }
});
