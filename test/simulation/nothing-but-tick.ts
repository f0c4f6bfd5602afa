/**
 * Lets years pass in which nothing runs but `tick`. CAs rotate by themselves, programs load files only when their hook runs, cron fails
 * for days, and keys are stolen. Spectators judge everything on every day.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { crlNumber, decodeCrl } from '../../src/pki/crl/parsed.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { servedSerial } from '../support/service-state.ts';
import { seededRandom } from '../support/world/random.ts';
import { runSvcauth } from '../support/world/world.ts';
import { consumer, hooksOf, type SimulatedConsumer } from './consumers.ts';
import { DAY, spectators } from './spectators.ts';

/**
 * Longest time between two ticks that the defaults survive. A leaf of 30 days is due at 20, and a CRL of 14 days is refreshed at
 * 3.5.
 */
const SLACK = 10;
/** Findings while the clock may have jumped: steps of a rotation wait. */
const IN_DOUBT = new Set(['clock-jumped', 'rotation-stalled']);
/** Finding about a key that can be destroyed. */
const LEFT = 'key-destroyable';

/** Two services of one program, two of their own, and a program that serves with no certificate of this PKI. */
export const programs = (): readonly SimulatedConsumer[] => [
  consumer('edge', ['web', 'mail']),
  consumer('till', ['payments']),
  consumer('books', ['ledger']),
  consumer('gate'),
];

/** Makes a PKI whose programs have loaded its files once, each by its hook. */
export async function begin(consumers: readonly SimulatedConsumer[]): Promise<PkiWorld> {
  const world = (await pkiTemplate())();
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
  readonly check: { readonly findings: readonly { readonly name: string; readonly remedy?: string }[] };
}

/** Fails the test on the first day with a good client rejected, a revoked one accepted, or `tick` has a finding. */
export async function liveYears(years: number): Promise<void> {
  const consumers = programs();
  const world = await begin(consumers);
  const random = seededRandom('nothing but tick');
  const crowd = spectators(world, consumers);
  const numbers = new Map<string, bigint>();
  const done = new Map<string, number>();
  const end = world.now.getTime() + years * 365 * DAY;
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
    const findings = check.findings.filter(({ name }) => !(isDoubtful && IN_DOUBT.has(name)) && name !== LEFT);
    expect({ stderr, failures, findings }, when).toEqual({ stderr: '', failures: [], findings: [] });
    ticks++;
    crowd.judge('after the tick');
    await compareNumbers();
    // tick destroys no key: that is the one thing it leaves to an operator
    const left = check.findings.find(({ name }) => name === LEFT);
    if (left !== undefined && !isDoubtful) await world.succeed(...left.remedy!.split(' ').slice(1));
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
  expect(ticks).toBeGreaterThan(180 * years);
  expect(outages).toBeGreaterThan(10 * years);
  expect(stolen).toBeGreaterThan(2 * years);
  // issuing CAs last a year
  expect(Object.fromEntries(done)).toMatchObject({
    'rotation-prepared': expect.any(Number) as number,
    'rotation-retired': expect.any(Number) as number,
  });
  expect(done.get('rotation-retired')).toBeGreaterThanOrEqual(years - 1);
  expect(crowd.count.sampled).toBeGreaterThan(40 * years);
  expect(crowd.count.refused).toBeGreaterThan(20 * years);
}
