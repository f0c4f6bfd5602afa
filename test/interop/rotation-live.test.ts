import { afterEach, expect, test } from 'vitest';
import { rotateEverything, tableOf } from './live/rotation.ts';
import { startSite, type LiveSite } from './live/site.ts';

let site: LiveSite | undefined;

afterEach(() => site?.stop());

// npm run torture: the same test with ten thousand handshakes
test('no peer is rejected in any phase of a rotation or a rollback', { timeout: 900_000 }, async () => {
  site = await startSite({ withPrograms: true });
  const { services, programs } = await rotateEverything(site, 25);
  const failures = [...services, ...programs].flatMap(({ phase, failures }) =>
    failures.map(each => `${phase}: ${each}`),
  );
  expect(failures, tableOf(services)).toEqual([]);
  expect(site.problems()).toEqual([]);
});
