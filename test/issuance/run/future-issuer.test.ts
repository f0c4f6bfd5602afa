import { beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../../src/cli/words.ts';
import { setPolicy } from '../../planted/site.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { runSvcauth, START } from '../../support/world/world.ts';

const DAY = 86_400_000;
const WHEN_RIGHT = /if it is right: (svcauth .*)/g;

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate([], [['issue', 'payments', '--ttl', '20d']]);
});

const at = (world: PkiWorld, days: number): void => void (world.now = new Date(START.getTime() + days * DAY));

/** Extends CAs with a clock that is two months ahead, then accepts the right clock. */
async function extendedTooLate(world: PkiWorld, ...ids: readonly string[]): Promise<void> {
  at(world, 60);
  for (const id of ids) await world.succeed('ca', 'extend', id, '--lifetime', '4000d');
  at(world, 0);
  await runSvcauth(world, ['tick', '--force-clock', '--fail-on', 'never']);
}

/** Carries out the commands that the error names, in order. */
async function carryOut(world: PkiWorld, stderr: string): Promise<readonly string[]> {
  const lines = [...stderr.matchAll(WHEN_RIGHT)].map(([, line]) => line!);
  for (const line of lines) await world.succeed(...splitWords(line)!.slice(1));
  return lines;
}

test.each([
  [['issuing-g1'], ['svcauth ca extend issuing-g1']],
  [
    ['root-g1', 'issuing-g1'],
    ['svcauth ca extend root-g1', 'svcauth ca extend issuing-g1'],
  ],
])('while %j begins in the future nothing is issued, and the commands of the error end that', async (ids, commands) => {
  const world = template();
  await extendedTooLate(world, ...ids);
  const { status, stderr } = await runSvcauth(world, ['issue', 'ledger']);
  expect([status, stderr]).toEqual([7, expect.stringContaining('[ERR_ISSUER_NOT_YET]')]);
  expect(stderr).toContain('if this clock is behind, set it');
  expect(await carryOut(world, stderr)).toEqual(commands);
  await world.succeed('issue', 'ledger');
  expect(await world.succeed('tick', '--fail-on', 'never')).not.toContain('not-yet-valid');
});

test('a renewal that no CA can issue names the command that ends it', async () => {
  const world = template();
  await extendedTooLate(world, 'issuing-g1');
  // due, and long before a warning
  setPolicy(world, { 'renewal.threshold': '50%' });
  at(world, 12);
  const { stdout } = await runSvcauth(world, ['check', '-o', 'json']);
  const { findings } = JSON.parse(stdout) as { findings: readonly { name: string; remedy?: string }[] };
  const refused = findings.find(({ name }) => name === 'renewal-refused');
  expect(refused).toMatchObject({ refusal: 'no-issuer', remedy: 'svcauth ca extend issuing-g1' });
  await world.succeed(...splitWords(refused!.remedy!)!.slice(1));
  expect((await runSvcauth(world, ['check', '-o', 'json'])).stdout).not.toContain('renewal-refused');
  await world.succeed('renew', 'payments');
});
