import { describe, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { seededRandom } from '../support/world/random.ts';
import { runSvcauth } from '../support/world/world.ts';
import { reloading } from './consumers.ts';

const DAY = 86_400_000;
/** Days without a run that can be a clock that jumped. */
const SEEN = 4;
const SERVICES = ['ledger', 'mail', 'payments', 'web'];

interface Ticked {
  readonly actions: readonly { readonly action: string; readonly ca?: string; readonly service?: string }[];
  readonly failures: readonly unknown[];
  readonly check: { readonly findings: readonly { readonly name: string; readonly severity: string }[] };
}

/** Tests for a step that an outage and the doubt after it delayed, but not for too long. */
const isLate = ({ name, severity }: Ticked['check']['findings'][number]): boolean =>
  name === 'rotation-stalled' && severity === 'warning';

/** Runs `tick` with default settings, and returns its rotation steps and the number of its renewals, by day. */
async function live(world: PkiWorld, days: number, daysUntilNext: (day: number) => number, destroysKeys = false) {
  const begin = world.now.getTime();
  const steps: string[] = [];
  const renewals = new Map<number, number>();
  let [gap, backOn] = [1, -Infinity];
  const day = () => Math.round((world.now.getTime() - begin) / DAY);
  while (day() < days) {
    const { status, stdout, stderr } = await runSvcauth(world, ['tick', '-o', 'json']);
    const { actions, failures, check } = JSON.parse(stdout) as Ticked;
    if (gap >= SEEN) backOn = day();
    // svcauth cannot know for a week whether there was an outage or the clock jumped
    const isDoubtful = day() <= backOn + 7;
    const findings = check.findings.filter(each => !(isDoubtful && (each.name === 'clock-jumped' || isLate(each))));
    expect(
      { status: findings.length === check.findings.length ? status : 0, stderr, failures, findings },
      `day ${day()}`,
    ).toEqual({
      ...{ status: 0, stderr: '', failures: [], findings: [] },
    });
    steps.push(
      ...actions.flatMap(({ action, ca }) =>
        action.startsWith('rotation-') ? [`${day()} ${action.slice(9)} ${ca!}`] : [],
      ),
    );
    renewals.set(day(), actions.filter(({ action }) => action === 'renewed').length);
    for (const { action, ca } of destroysKeys ? actions : []) {
      if (action === 'rotation-retired') await world.succeed('ca', 'key', 'destroy', ca!);
    }
    gap = daysUntilNext(day());
    world.now = new Date(world.now.getTime() + gap * DAY);
    // in an outage a CRL expires; nothing is wrong with a CA or its rotation
    const seen = JSON.parse((await runSvcauth(world, ['check', '-o', 'json'])).stdout) as Ticked['check'];
    const wrong = seen.findings.filter(each => {
      const isDelayed = day() <= backOn + 7 + gap && isLate(each);
      return /^(ca|key|renewal|rotation)-/.test(each.name) && !isDelayed;
    });
    expect(wrong, `check before the tick of day ${day()}`).toEqual([]);
  }
  return { steps, renewals };
}

const fresh = pkiTemplate(
  [],
  SERVICES.map(service => ['issue', service, '--dns', `${service}.example.org`]),
);

describe('a rotation by tick alone, with default settings', () => {
  test('a rotation by the book has no finding on any day', { timeout: 300_000 }, async () => {
    const world = (await fresh)();
    reloading(world);
    const { steps, renewals } = await live(world, 380, day => (day < 300 ? 5 : 1));
    expect(steps).toEqual([
      '320 prepared issuing-g2',
      '320 published issuing-g2',
      '321 activated issuing-g2',
      '341 draining issuing-g1',
      '351 retired issuing-g1',
    ]);
    // certificates move to the successor at their own renewal, so the drain renews none
    expect(renewals.get(341)).toBe(0);
    for (let days = 0; days < 5; days++) {
      world.now = new Date(world.now.getTime() + DAY);
      await runSvcauth(world, ['tick']);
    }
    const found = JSON.parse((await runSvcauth(world, ['check', '-o', 'json'])).stdout) as Ticked['check'];
    expect(found.findings).toMatchObject([{ name: 'key-destroyable', remedy: 'svcauth ca key destroy issuing-g1' }]);
    await world.succeed('ca', 'key', 'destroy', 'issuing-g1');
    await world.succeed('check');
  });

  test('outages of up to ten days cost no renewal', { timeout: 300_000 }, async () => {
    const world = (await fresh)();
    reloading(world);
    const random = seededRandom('outages of a rotation');
    const outage = (): number => {
      const [kind, length] = random(2) as unknown as [number, number];
      return kind < 128 ? 1 + (length % 10) : 1;
    };
    const { steps } = await live(world, 700, outage, true);
    expect(steps.map(step => step.replace(/^\d+ /, ''))).toEqual(
      [1, 2].flatMap(g => [
        ...[`prepared issuing-g${g + 1}`, `published issuing-g${g + 1}`],
        ...[`activated issuing-g${g + 1}`, `draining issuing-g${g}`, `retired issuing-g${g}`],
      ]),
    );
  });
});
