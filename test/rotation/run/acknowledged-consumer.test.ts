import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedHooks } from '../../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth, type FakeWorld } from '../../support/world/world.ts';
import { setPolicy } from '../../planted/site.ts';

let template: (changes?: Partial<FakeWorld>) => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate();
});

const HOUR = 3_600_000;
const later = (world: PkiWorld, hours: number): void => void (world.now = new Date(world.now.getTime() + hours * HOUR));

/** A rotation that only waits for its consumers. */
async function waiting(tier: string, consumer: object, hook: 'succeeded' | 'failed' = 'succeeded'): Promise<PkiWorld> {
  const end = hook === 'failed' ? { outcome: hook, reason: 'exit status 1' } : { outcome: hook };
  const world = template({ runHook: call => scriptedHooks(end).runHook(call) });
  setPolicy(world, { consumers: [consumer] });
  await world.succeed('issue', 'payments');
  for (const step of ['prepare', 'publish']) await runSvcauth(world, ['ca', 'rotate', step, '--tier', tier]);
  later(world, 25);
  return world;
}
const activate = (world: PkiWorld, tier: string) => runSvcauth(world, ['ca', 'rotate', 'activate', '--tier', tier]);
const ack = (world: PkiWorld, ...flags: readonly string[]) =>
  world.succeed('ca', 'rotate', 'ack', 'appliance', ...flags);
const MANUAL = { name: 'appliance', reload: 'manual' };
const CLOSED = { status: 7, stderr: expect.stringContaining('consumers-loaded: 0 of 1 consumer') as string };

describe.each(['issuing', 'root'])('an acknowledgement by hand in a rotation of the %s CA', tier => {
  test('is the reload of a program that operators reload, and opens the gate', async () => {
    const world = await waiting(tier, MANUAL);
    expect(await activate(world, tier)).toMatchObject(CLOSED);
    expect(await ack(world)).toMatch(/^reload +recorded$/m);
    expect(await activate(world, tier)).toMatchObject({ status: 0 });
  });

  test('of the published sequence opens it, although there is a newer bundle by now', async () => {
    const world = await waiting(tier, MANUAL);
    const sequence = await world.manifest(manifest => manifest.trustBundle()!.sequence);
    await world.succeed('bundle', 'write');
    await world.manifest(manifest =>
      manifest.transaction(write => write.recordTrustBundle({ ...manifest.trustBundle()!, sequence: sequence + 1 })),
    );
    later(world, 1);
    await runSvcauth(world, ['tick']);
    expect(await world.manifest(manifest => manifest.newestTrustState()!.bundleSequence)).toBe(sequence + 1);
    expect(await ack(world, '--sequence', String(sequence))).toMatch(/^reload +recorded$/m);
    expect(await activate(world, tier)).toMatchObject({ status: 0 });
  });

  test('does not count for a program with a hook, and prints the command that does', async () => {
    const world = await waiting(tier, { name: 'appliance', hooks: [['reload-it']] }, 'failed');
    expect(await activate(world, tier)).toMatchObject(CLOSED);
    expect(await ack(world)).toMatch(/^reload +not recorded; for its CRLs: svcauth reload appliance$/m);
    expect(await activate(world, tier)).toMatchObject(CLOSED);
    const json = JSON.parse(await ack(world, '-o', 'json')) as unknown;
    expect(json).toMatchObject({ changed: false, consumer: 'hook' });
  });
});

test('a second acknowledgement records the reload after a later change', async () => {
  const world = await waiting('issuing', MANUAL);
  await ack(world);
  await world.succeed('crl', 'refresh', '--force');
  later(world, 1);
  const loaded = () => world.manifest(manifest => manifest.consumerRecords()[0]!.loaded);
  const before = await loaded();
  expect(await ack(world)).toMatch(/^unchanged +appliance\n[^]*^reload +recorded$/m);
  expect((await loaded())!.state).toBeGreaterThan(before!.state);
});

test('an older sequence takes nothing back that was reported before', async () => {
  const world = await waiting('issuing', MANUAL);
  const sequence = await world.manifest(manifest => manifest.trustBundle()!.sequence);
  await world.manifest(manifest =>
    manifest.transaction(write => write.recordTrustBundle({ ...manifest.trustBundle()!, sequence: sequence + 1 })),
  );
  later(world, 1);
  await runSvcauth(world, ['tick']);
  await world.succeed('reload', 'appliance', '--done');
  const states = await world.manifest(manifest => manifest.trustStates());
  expect(states.some(({ bundleSequence }) => bundleSequence === sequence)).toBe(true);
  expect(states[0]!.bundleSequence).toBe(sequence + 1);
  const loaded = () =>
    world.manifest(manifest => manifest.consumerRecords().find(({ id }) => id.includes('appliance')));
  const before = await loaded();
  await ack(world, '--sequence', String(sequence));
  expect(await loaded()).toEqual(before);
});
