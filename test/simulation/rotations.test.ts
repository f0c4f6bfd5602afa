import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWith } from '../support/programs.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { seededRandom } from '../support/world/random.ts';
import { runSvcauth } from '../support/world/world.ts';
import { reloading } from './consumers.ts';
import { endOf, lookAt, onlookers, serialOf, verifiers, type Sight } from './onlookers.ts';
import { operator, type Tier } from './operator.ts';
import { opensslAccepts } from './openssl.ts';

const DAY = 86_400_000;
const YEARS = 5;
const SERVICES = ['ledger', 'mail', 'payments', 'web'];
/** Age of the oldest files in use, which a soak of one day guarantees. */
const OLDEST = DAY - 1000;
const LONGEST_OUTAGE = 5;
/** Warnings that a rotation should begin or continue. */
const EXPECTED = new Set(['ca-expiring', 'rotation-due', 'rotation-stalled']);
/** Findings whose remedy the operator carries out at once. */
const ANSWERED = new Set(['clock-jumped', 'key-destroyable']);

/** Phases in which the operator rolls back, by the number of the attempt. */
const GOES_BACK = {
  issuing: new Map([
    [2, 'prepared'],
    [3, 'published'],
    [5, 'activated'],
    [7, 'draining'],
  ]),
  root: new Map([
    [1, 'published'],
    [2, 'activated'],
    [4, 'draining'],
  ]),
} as const;

describeWith(['openssl'], 'five years with rotations of both tiers', () => {
  test('no valid peer is rejected, and no revoked peer is accepted', { timeout: 300_000 }, async () => {
    const fresh = await pkiTemplate(
      ['--root-lifetime', '1040d'],
      SERVICES.map(service => ['issue', service, '--dns', `${service}.example.org`]),
    );
    const world = fresh();
    reloading(world, '1d');
    // the operator takes every step
    const policy = readFileSync(world.home.policy, 'utf8');
    writeFileSync(world.home.policy, policy.replace(/(issuing|root): auto/g, '$1: manual'));
    const random = seededRandom('rotations');
    const below = (limit: number): number => random(2).reduce((sum, byte) => sum * 256 + byte, 0) % limit;
    const story = watch(world);
    const operators = (['issuing', 'root'] as const).map(tier => operator(world, tier, GOES_BACK[tier], below));
    const end = world.now.getTime() + YEARS * 365 * DAY;
    let outage = 0;
    let victim = 0;
    await story.look();
    while (world.now.getTime() < end) {
      await story.judge();
      if (outage > 0) outage--;
      else if (below(12) === 0) outage = 1 + below(LONGEST_OUTAGE);
      if (outage === 0) {
        const { stdout, stderr } = await runSvcauth(world, ['tick', '-o', 'json']);
        const { failures, check } = JSON.parse(stdout) as Ticked;
        // after an outage the operator vouches for the clock
        if (check.findings.some(({ name }) => name === 'clock-jumped'))
          await runSvcauth(world, ['tick', '--force-clock']);
        const left = check.findings.find(({ name }) => name === 'key-destroyable');
        if (left?.remedy !== undefined) await world.succeed(...left.remedy.split(' ').slice(1));
        // the finding that a rotation should begin is expected; nothing else is wrong
        const wrong = check.findings.filter(
          ({ name, severity }) => !ANSWERED.has(name) && (!EXPECTED.has(name) || severity !== 'warning'),
        );
        expect({ failures, wrong, stderr }, world.now.toISOString()).toEqual({ failures: [], wrong: [], stderr: '' });
        await story.look();
      }
      for (const each of operators) {
        const step = await each.day();
        if (step === undefined) continue;
        await story.look();
        await story.sample();
        // while certificates of both generations are about
        if (step !== 'activate' && step !== 'drain' && step !== 'rollback') continue;
        const service = SERVICES[victim++ % SERVICES.length]!;
        await story.revoke(service);
        if (victim % 2 === 0) await world.succeed('renew', service);
        await story.look();
      }
      world.now = new Date(world.now.getTime() + DAY);
    }
    await story.sample();
    await world.succeed('check');
    await world.succeed('crl', 'verify');
    await world.succeed('audit', 'verify');

    const [issuing, root] = operators.map(({ taken }) => taken);
    for (const [tier, taken] of Object.entries({ issuing: issuing!, root: root! })) {
      const count = (step: string) => taken.filter(each => each === step).length;
      expect(count('rollback'), `${tier}: ${taken.join(' ')}`).toBe(GOES_BACK[tier as Tier].size);
      expect(count('retire'), tier).toBeGreaterThanOrEqual(tier === 'root' ? 2 : 4);
    }
    expect(story.count.sampled).toBeGreaterThan(200);
    expect(story.count.refused).toBeGreaterThan(1000);
    expect(story.count.stolen).toBeGreaterThan(10);
  });
});

interface Ticked {
  readonly failures: readonly unknown[];
  readonly check: {
    readonly findings: readonly { readonly name: string; readonly severity: string; readonly remedy?: string }[];
  };
}

/** Lists all verifiers, with current files and files of a day ago, and the thieves of keys. */
function watch(world: PkiWorld) {
  const eyes = onlookers();
  const sights: Sight[] = [];
  const revoked = new Set<string>();
  const stolen = new Map<string, string>();
  const count = { sampled: 0, stolen: 0 };
  let samples = 0;
  const current = () => sights.at(-1)!;
  const past = () => sights.findLast(({ at }) => at.getTime() <= world.now.getTime() - OLDEST) ?? sights[0]!;
  const shown = () => {
    const served = [current(), past()].flatMap(({ services }) => [...services.values()].map(({ chain }) => chain));
    return [...new Set([...served, ...stolen.values()])];
  };
  async function judge(): Promise<void> {
    const before = past();
    while (sights[0] !== before) sights.shift();
    for (const chain of stolen.values()) {
      if (endOf(chain).getTime() < world.now.getTime() - DAY) stolen.delete(serialOf(chain));
    }
    const surprises = eyes.judge(verifiers(current(), before), shown(), world.now);
    const told = surprises.map(({ verifier, chain, verdict, welcome }) => {
      const verdictText = verdict.accepted ? 'accepts' : `refuses (${verdict.reason.code}: ${verdict.reason.message})`;
      return `${verifier.name} ${verdictText} ${serialOf(chain)}, ${welcome ? 'good' : 'revoked'}`;
    });
    expect(told, world.now.toISOString()).toEqual([]);
  }
  return {
    get count() {
      return { ...count, ...eyes.count };
    },
    judge,
    async look(): Promise<void> {
      sights.push(lookAt(world, SERVICES, revoked));
      await judge();
    },
    /** Asks OpenSSL about every second chain with the current files, and about the rest with the earlier ones. */
    async sample(): Promise<void> {
      samples++;
      for (const [n, chain] of shown().entries()) {
        const { bundle, crls, revoked: known } = (n + samples) % 2 === 0 ? current() : past();
        const welcome = !known.has(serialOf(chain)) && endOf(chain) >= world.now;
        const verdict = await opensslAccepts({ chain, bundle, crls, now: world.now }, world.cwd);
        expect(verdict, `${serialOf(chain)} at ${world.now.toISOString()}`).toBe(welcome);
        count.sampled++;
      }
    },
    /** A thief has the key of a service and keeps using its certificate. */
    async revoke(service: string): Promise<void> {
      const { chain } = current().services.get(service)!;
      await world.succeed('revoke', serialOf(chain), '--reason', 'keyCompromise');
      revoked.add(serialOf(chain));
      stolen.set(serialOf(chain), chain);
      count.stolen++;
    },
  };
}
