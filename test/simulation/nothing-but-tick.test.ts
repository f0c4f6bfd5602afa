import { expect, test } from 'vitest';
import { describeWith } from '../support/programs.ts';
import { runSvcauth } from '../support/world/world.ts';
import { begin, liveYears, programs } from './nothing-but-tick.ts';
import { DAY, spectators } from './spectators.ts';

describeWith(['openssl'], 'years of nothing but ticks', () => {
  // npm run torture: the same for five years
  test('every verdict is right while a CA rotates and cron fails for days', { timeout: 600_000 }, () =>
    liveYears(1.25),
  );

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

    for (let day = 0; day < 200; day++) {
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
    // both times: a thief is accepted from the fifth day on, every service is rejected from the fourteenth at the latest
    expect(seen.wrong).toBeGreaterThan(2 * 30);
    expect(seen.green).toBeGreaterThan(150);
  });
});
