import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { leafEnd, LEAF_SHARE } from '../../../src/policy/rules/decide-spec.ts';
import { leafGaps } from '../../../src/rotation/rules/issuing-gap.ts';
import { rotationTimetable } from '../../../src/rotation/rules/timetable.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { seededRandom } from '../../support/world/random.ts';
import { runSvcauth } from '../../support/world/world.ts';

const DAY = 86_400;
const NOW = new Date('2026-11-21T00:00:00Z');
const after = (seconds: number, from = NOW) => new Date(from.getTime() + seconds * 1000);

test('a successor without a gap issues every required certificate until the next rotation is due', () => {
  const inputs = fc.record({
    life: fc.integer({ min: 3600, max: 800 * DAY }),
    ttls: fc.array(fc.integer({ min: 60, max: 90 * DAY }), { minLength: 1, maxLength: 4 }),
    soak: fc.integer({ min: 60, max: 30 * DAY }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  let whole = 0;
  fc.assert(
    fc.property(inputs, ({ life, ttls, soak, share }) => {
      const ca = { id: 'issuing-g2', notBefore: after(-60), notAfter: after(life) };
      const demands = ttls.map((ttl, index) => ({ ttl, isPolicy: index === 0, services: 1 }));
      const longest = Math.max(...ttls);
      const from = after(soak);
      const retiredAt = after(soak + longest);
      const work = { demands, notAfterPolicy: 'err', from, retiredAt, isAwaited: true, soak } as const;
      if (leafGaps(ca, work).length > 0) return;
      whole++;
      const facts = {
        certificate: ca,
        longestChild: longest,
        longestLeaf: longest,
        soak,
        rechained: false,
        issuesLeaves: true,
      };
      const { due } = rotationTimetable({ ...facts, done: {} }, from).activate;
      const wait = Math.max(0, due.getTime() - from.getTime()) / 1000;
      const at = after(Math.floor(share * wait), from);
      for (const { ttl } of demands) expect(leafEnd(ttl, ca, 'err', at)).toEqual({ notAfter: after(ttl, at) });
    }),
    { numRuns: 4000 },
  );
  expect(whole).toBeGreaterThan(400);
});

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate(['--root-lifetime', '1200d'], [['issue', 'payments']]);
});

const later = (world: PkiWorld, seconds: number): void => void (world.now = after(seconds, world.now));
const succeedsStep = (world: PkiWorld, step: string, ...flags: readonly string[]) =>
  world.succeed('ca', 'rotate', step, '--tier', 'issuing', ...flags);

test(
  'after all gates were open, every renewal succeeds until the next rotation is due',
  { timeout: 120_000 },
  async () => {
    const random = seededRandom('lives');
    let refused = 0;
    for (let round = 0; round < 8; round++) {
      const world = template();
      const ttl = 1 + (random(1)[0]! % 40);
      await world.succeed('issue', 'payments', '--ttl', `${ttl}d`);
      const lifetime = 5 + (random(1)[0]! % 255) + (random(1)[0]! % 200);
      const prepared = await runSvcauth(world, [
        'ca',
        'rotate',
        'prepare',
        '--tier',
        'issuing',
        '--lifetime',
        `${lifetime}d`,
      ]);
      const longest = Math.max(30, ttl);
      // the share alone refuses every shorter life
      if (lifetime < longest * LEAF_SHARE) expect(prepared.status).toBe(7);
      if (prepared.status !== 0) {
        refused++;
        continue;
      }
      await succeedsStep(world, 'publish');
      later(world, DAY);
      await world.succeed('crl', 'refresh');
      await succeedsStep(world, 'activate');
      const end = await world.manifest(manifest => manifest.authority('issuing-g2')!.certificate!.notAfter);
      const due = end.getTime() - longest * DAY * 1000;
      for (const share of [0, 0.5, 1]) {
        const at = after(Math.floor((share * (due - world.now.getTime())) / 1000), world.now);
        const { now } = world;
        world.now = at;
        const { status, stderr } = await runSvcauth(world, ['renew', '--force', 'payments', '--dry-run']);
        world.now = now;
        expect(status, `lifetime ${lifetime}d, ttl ${ttl}d, at ${at.toISOString()}: ${stderr}`).toBe(0);
      }
    }
    expect(refused).toBeGreaterThan(1);
    expect(refused).toBeLessThan(8);
  },
);

test('a successor that became too short is caught by drain and retire, and the remedy extends it', async () => {
  const world = template();
  await succeedsStep(world, 'prepare', '--lifetime', '200d');
  await succeedsStep(world, 'publish');
  later(world, DAY);
  await succeedsStep(world, 'activate');
  // a service asks for more than a sixth of 200 days
  const policy = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, policy.replace('  ttl: 30d', '  ttl: 40d'));
  const refusal = async (step: string) => {
    const { status, stderr } = await runSvcauth(world, ['ca', 'rotate', step, '--tier', 'issuing']);
    const hints = [...stderr.matchAll(/hint: svcauth (ca extend .*)$/gm)].map(match => match[1]!);
    return { status, isGap: stderr.includes('issuing-g2 cannot issue certificates of 40d'), hints };
  };
  expect(await refusal('drain')).toMatchObject({
    status: 7,
    isGap: true,
    hints: [expect.stringMatching(/^ca extend issuing-g2 /)],
  });
  const plan = await runSvcauth(world, ['ca', 'rotate', 'plan', '--tier', 'issuing']);
  expect([plan.status, plan.stdout]).toEqual([
    7,
    expect.stringContaining('issuing-g2 cannot issue certificates of 40d'),
  ]);
  const [extend] = (await refusal('drain')).hints;
  await world.succeed(...extend!.split(' '));
  await succeedsStep(world, 'drain');
  writeFileSync(world.home.policy, policy.replace('  ttl: 30d', '  ttl: 60d'));
  await world.succeed('revoke', 'payments', '--reason', 'superseded');
  later(world, 2 * DAY);
  await world.succeed('crl', 'refresh');
  expect(await runSvcauth(world, ['ca', 'rotate', 'retire', '--tier', 'issuing'])).toMatchObject({
    status: 7,
    stderr: expect.stringContaining('issuing-g2 cannot issue certificates of 60d') as string,
  });
});
