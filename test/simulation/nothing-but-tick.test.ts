import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { crlNumber, decodeCrl } from '../../src/pki/crl/parsed.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { describeWith } from '../support/programs.ts';
import { servedSerial } from '../support/service-state.ts';
import { seededRandom } from '../support/world/random.ts';
import { runSvcauth } from '../support/world/world.ts';
import { consumer, hooksOf, type SimulatedConsumer } from './consumers.ts';
import { DAY, spectators } from './spectators.ts';

const YEARS = 5;
/**
 * Longest time between two ticks that the defaults survive. A leaf of 30 days is due at 20, and a CRL of 14 days is refreshed at
 * 3.5.
 */
const SLACK = 10;

/** Two services of one program, two of their own, and a program that serves with no certificate of this PKI. */
const programs = (): readonly SimulatedConsumer[] => [
  consumer('edge', ['web', 'mail']),
  consumer('till', ['payments']),
  consumer('books', ['ledger']),
  consumer('gate'),
];

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate();
});

/** Makes a PKI whose programs have loaded its files once, each by its hook. */
async function begin(consumers: readonly SimulatedConsumer[]): Promise<PkiWorld> {
  const world = fresh();
  world.runHook = hooksOf(consumers, () => world);
  const gates = consumers.filter(({ services }) => services.length === 0);
  const entries = gates.map(({ name, hook }) => ({ name, hooks: [hook] }));
  appendFileSync(world.home.policy, `\nconsumers: ${JSON.stringify(entries)}\n`);
  const services = consumers.flatMap(({ services, hook }) =>
    services.map(service => ({ service, dns: `${service}.example.org`, hooks: [hook] })),
  );
  const file = join(world.cwd, 'services.yaml');
  writeFileSync(file, JSON.stringify({ version: 1, services }));
  await world.succeed('apply', '-f', file);
  await world.succeed('tick');
  return world;
}

/** Chooses the days until the next tick: mostly one, sometimes an outage of up to the slack. */
function daysUntilNext(random: (length: number) => Uint8Array): number {
  const [kind, length] = random(2) as unknown as [number, number];
  return kind < 24 ? 2 + (length % (SLACK - 1)) : 1;
}

interface Ticked {
  readonly actions: readonly { readonly action: string }[];
  readonly failures: readonly unknown[];
  readonly check: { readonly findings: readonly { readonly name: string }[] };
}

describeWith(['openssl'], 'five years of nothing but ticks', () => {
  test('nobody is wronged while CAs rotate and cron fails for days', { timeout: 600_000 }, async () => {
    const consumers = programs();
    const world = await begin(consumers);
    const random = seededRandom('nothing but tick');
    const crowd = spectators(world, consumers);
    const numbers = new Map<string, bigint>();
    const done = new Map<string, number>();
    const end = world.now.getTime() + YEARS * 365 * DAY;
    let [ticks, outages, stolen, days, backSince] = [0, 0, 0, 1, 0];

    /** A number that falls would make verifiers keep the older CRL. */
    async function compareNumbers(): Promise<void> {
      const ids = await world.manifest(manifest => manifest.authorities().map(({ id }) => id));
      for (const id of ids) {
        const number = crlNumber(decodeCrl(readFileSync(world.home.public.crlDer(id))))!;
        expect(number >= (numbers.get(id) ?? 0n), `the number of the CRL of ${id}`).toBe(true);
        numbers.set(id, number);
      }
    }

    while (world.now.getTime() < end) {
      const when = world.now.toISOString();
      crowd.judge('before the tick');
      const { stdout, stderr } = await runSvcauth(world, ['tick', '-o', 'json']);
      const { actions: taken, failures, check } = JSON.parse(stdout) as Ticked;
      if (days > 1) backSince = world.now.getTime();
      // svcauth cannot know for a week whether there was an outage or the clock jumped
      const isDoubtful = world.now.getTime() <= backSince + 7 * DAY;
      const findings = check.findings.filter(({ name }) => !isDoubtful || name !== 'clock-jumped');
      expect({ stderr, failures, findings }, when).toEqual({ stderr: '', failures: [], findings: [] });
      ticks++;
      crowd.judge('after the tick');
      await compareNumbers();
      const actions = taken.map(({ action }) => action);
      for (const action of actions) done.set(action, (done.get(action) ?? 0) + 1);
      if (ticks % 25 === 0 || actions.some(action => action.startsWith('rotation-'))) await crowd.sample();
      if (random(1)[0]! < 6) {
        expect(await crowd.steal(['web', 'mail', 'payments', 'ledger'][stolen++ % 4]!), when).toBe(0);
        crowd.judge('after the revocation');
      }
      days = daysUntilNext(random);
      if (days > 1) outages++;
      world.now = new Date(world.now.getTime() + days * DAY);
    }
    await world.manifest(manifest => {
      for (const service of manifest.serviceNames()) {
        expect(servedSerial(world.home.service(service))).toBe(manifest.service(service)!.currentSerial);
      }
    });
    await world.succeed('crl', 'verify');
    await world.succeed('audit', 'verify');
    expect(ticks).toBeGreaterThan(900);
    expect(outages).toBeGreaterThan(50);
    expect(stolen).toBeGreaterThan(10);
    // issuing CAs last a year
    expect(Object.fromEntries(done)).toMatchObject({
      'rotation-prepared': expect.any(Number) as number,
      'rotation-retired': expect.any(Number) as number,
    });
    expect(done.get('rotation-retired')).toBeGreaterThanOrEqual(YEARS - 1);
    expect(crowd.count.sampled).toBeGreaterThan(200);
    expect(crowd.count.refused).toBeGreaterThan(100);
  });

  test('check is not green while a program with a failing hook is wrong', { timeout: 300_000 }, async () => {
    const consumers = programs();
    const world = await begin(consumers);
    const till = consumers.find(({ name }) => name === 'till')!;
    const crowd = spectators(world, consumers);
    const seen = { wrong: 0, green: 0 };

    /** Compares the judgement of the crowd with the word of `check`. */
    async function compare(): Promise<void> {
      const wrong = crowd.wrongs().filter(({ verifier }) => verifier.startsWith('till'));
      const { status, stdout } = await runSvcauth(world, ['check']);
      if (status === 0) seen.green++;
      if (wrong.length === 0) return;
      seen.wrong++;
      expect(status, `${world.now.toISOString()}: ${wrong[0]!.words}\n${stdout}`).toBeGreaterThanOrEqual(3);
    }

    for (let day = 0; day < 400; day++) {
      // its hook fails for 40 of 100 days
      till.isBroken = day % 100 >= 60;
      world.now = new Date(world.now.getTime() + DAY);
      await compare();
      await runSvcauth(world, ['tick']);
      await compare();
      if (day % 50 !== 35 && day % 100 !== 65) continue;
      await crowd.steal(day % 100 === 65 ? 'web' : 'payments');
      await compare();
    }
    // each of the four times: a thief from the fifth day on, everybody from the fourteenth at the latest
    expect(seen.wrong).toBeGreaterThan(4 * 30);
    expect(seen.green).toBeGreaterThan(300);
  });
});
