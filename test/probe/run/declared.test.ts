import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { isProbeDue, servedRecord } from '../../../src/probe/rules/served-record.ts';
import type { Deployment } from '../../../src/record/deployment.ts';
import type { HandshakeTarget } from '../../../src/world/world.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { servingFiles, startTlsServer } from '../../support/world/tls-server.ts';
import { runSvcauth } from '../../support/world/world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = (await pkiTemplate([], [['issue', 'ledger']]))();
});

const later = (seconds: number) => void (world.now = new Date(world.now.getTime() + seconds * 1000));
const records = () => world.manifest(manifest => manifest.servedRecords());
const tick = () => runSvcauth(world, ['tick', '--fail-on', 'never']);

async function declare(...addresses: readonly string[]): Promise<void> {
  const file = join(world.cwd, 'services.yaml');
  writeFileSync(file, `services:\n  - service: ledger\n    listen: ${JSON.stringify(addresses)}\n`);
  await world.succeed('apply', '-f', file);
  later(300);
}

describe('a tick probes declared addresses', () => {
  test('it records serial and chain, and reports nothing', async () => {
    const port = await startTlsServer(servingFiles(world, 'ledger'));
    await declare(`127.0.0.1:${port}`);
    expect(await tick()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const serial = await world.manifest(manifest => manifest.service('ledger')!.currentSerial!);
    const [record] = await records();
    expect(record).toMatchObject({ service: 'ledger', address: `127.0.0.1:${port}`, triedAt: world.now });
    expect(record?.seen).toMatchObject({ at: world.now, serial });
    expect(record?.seen?.chain).toHaveLength(2);
    expect(record?.seen?.refusal).toBeUndefined();
  });

  test('each at most once an hour, and not while the server may still reload', async () => {
    const tried: HandshakeTarget[] = [];
    const { handshake } = world;
    world.handshake = target => {
      tried.push(target);
      return handshake(target);
    };
    await declare(`127.0.0.1:${await startTlsServer(servingFiles(world, 'ledger'))}`);
    for (let minute = 0; minute < 180; minute += 15, later(900)) await tick();
    expect(tried).toHaveLength(3);
    await world.succeed('deploy', 'ledger', '--force');
    later(3600 - 60);
    tried.length = 0;
    await world.succeed('deploy', 'ledger', '--force');
    later(60);
    await tick();
    expect(tried).toEqual([]);
    later(60);
    await tick();
    expect(tried).toHaveLength(1);
  });

  test('without the lock, and within ten seconds, those probed longest ago first', async () => {
    await declare(...Array.from({ length: 60 }, (_, index) => `127.0.0.1:${index + 1}`));
    let clock = 0;
    const tried: number[] = [];
    world.ticks = () => clock;
    world.handshake = async ({ port, seconds }) => {
      // another run takes the lock meanwhile
      tried.push(port);
      if (tried.length === 1) await world.succeed('crl', 'refresh', '--force');
      if (tried.length % 16 === 0) clock += seconds * 1000 + 1;
      return { received: new Uint8Array(), keyLog: '', completed: false, problem: 'timed-out' };
    };
    await tick();
    expect(tried.length).toBeGreaterThanOrEqual(16);
    expect(tried.length).toBeLessThanOrEqual(32);
    expect(clock).toBeLessThanOrEqual(10_010);
    expect(await records()).toHaveLength(tried.length);
    const first = [...tried];
    later(3600);
    clock = 0;
    tried.length = 0;
    await tick();
    expect(tried.slice(0, 16).filter(port => first.includes(port))).toEqual([]);
  });

  test('an address that is no longer declared is forgotten', async () => {
    await declare('127.0.0.1:1', '127.0.0.1:2');
    await tick();
    expect(await records()).toHaveLength(2);
    await declare('127.0.0.1:2');
    later(3600);
    await tick();
    expect((await records()).map(({ address }) => address)).toEqual(['127.0.0.1:2']);
  });

  test('a dry run opens no connection', async () => {
    await declare('127.0.0.1:1');
    world.handshake = () => Promise.reject(new Error('a connection'));
    expect((await runSvcauth(world, ['tick', '--dry-run'])).stderr).toBe('');
    expect(await records()).toEqual([]);
  });
});

test('check opens no connection and records nothing', async () => {
  await declare('127.0.0.1:1');
  await tick();
  const before = await records();
  world.handshake = () => Promise.reject(new Error('a connection'));
  later(60);
  const { status, stdout } = await runSvcauth(world, ['check', '-o', 'json']);
  expect(status).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [
      {
        name: 'served-nothing',
        severity: 'warning',
        address: '127.0.0.1:1',
        servedBy: 'ledger',
        remedy: 'svcauth probe ledger --record',
      },
    ],
  });
  expect(await records()).toEqual(before);
});

test('the first failure is remembered, and the certificate seen before it', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 0, minute));
  const seen = { serial: '0a', chain: ['ff'] };
  const address = { service: 'ledger', address: 'ledger:443', findings: [] };
  const problem = { code: 'ERR_PROBE_REFUSED', message: 'nothing listens' };
  const good = servedRecord({ ...address, seen }, undefined, at(0));
  const failed = servedRecord({ ...address, problem }, good, at(1));
  const again = servedRecord({ ...address, problem }, failed, at(2));
  expect(again).toMatchObject({ triedAt: at(2), seen: { at: at(0) }, problem: { since: at(1) } });
  expect(servedRecord({ ...address, seen }, again, at(3)).problem).toBeUndefined();
});

test('a probe from the future is of a wrong clock, and the address is due', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);
  const deployment: Deployment = {
    service: 'ledger',
    serial: '0a',
    directory: '/',
    state: 'deployed',
    updatedAt: hours(-9),
  };
  expect(isProbeDue({ triedAt: hours(5) }, deployment, now)).toBe(true);
  expect(isProbeDue({ triedAt: hours(-0.5) }, deployment, now)).toBe(false);
  expect(isProbeDue(undefined, { ...deployment, updatedAt: hours(5) }, now)).toBe(true);
  expect(isProbeDue(undefined, undefined, now)).toBe(false);
});
