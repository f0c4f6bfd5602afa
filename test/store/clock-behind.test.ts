import { beforeAll, expect, test } from 'vitest';
import { copyOf, pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { treeDigest } from '../support/world/tree-digest.ts';
import { runSvcauth } from '../support/world/world.ts';

let template: () => PkiWorld;
beforeAll(async () => {
  const first = (await pkiTemplate([], [['issue', 'payments']]))();
  back(first, -86_400);
  await first.succeed('tick');
  template = () => copyOf(first);
});

const back = (world: PkiWorld, seconds: number): void =>
  void (world.now = new Date(world.now.getTime() - seconds * 1000));

test.each([
  [['issue', 'ledger']],
  [['renew', 'payments', '--force']],
  [['crl', 'refresh', '--force']],
  [['ca', 'extend', 'issuing-g1', '--lifetime', '400d']],
  [['ca', 'rotate', 'prepare', '--tier', 'issuing']],
  [['tick']],
])('with a clock that is behind, %j is refused and changes nothing', async argv => {
  const world = template();
  await world.succeed('status');
  back(world, 3600);
  const before = treeDigest(world.home.directory);
  const { status, stderr } = await runSvcauth(world, argv);
  expect([status, stderr]).toEqual([7, expect.stringContaining('[ERR_CLOCK_BEHIND]')]);
  expect(treeDigest(world.home.directory)).toEqual(before);
});

test.each([[['revoke', 'payments']], [['ca', 'taint', 'issuing-g1', '--reason', 'TEXT']]])(
  'with a clock that is behind, an emergency is not: %j',
  async argv => {
    const world = template();
    back(world, 3600);
    await world.succeed(...argv);
  },
);

test('five minutes behind are not refused', async () => {
  const world = template();
  back(world, 300);
  await world.succeed('issue', 'ledger');
});
