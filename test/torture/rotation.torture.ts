import { afterEach, expect, test } from 'vitest';
import { rotateEverything, tableOf } from '../interop/live/rotation.ts';
import { startSite, type LiveSite } from '../interop/live/site.ts';

const AT_LEAST = 10_000;
/** Handshakes in each move; more take place while a move takes time. */
const IN_EACH_MOVE = 160;

let site: LiveSite | undefined;

afterEach(() => site?.stop());

test('ten thousand handshakes succeed during rotations of both tiers', { timeout: 1_800_000 }, async () => {
  site = await startSite({ withPrograms: true });
  const { services, programs } = await rotateEverything(site, IN_EACH_MOVE);
  console.log(
    `Node services, nginx and HAProxy\n${tableOf(services)}\n\ncurl and openssl s_client\n${tableOf(programs)}`,
  );
  const failures = [...services, ...programs].flatMap(({ phase, failures }) =>
    failures.map(each => `${phase}: ${each}`),
  );
  expect(failures).toEqual([]);
  expect(services.reduce((sum, { handshakes }) => sum + handshakes, 0)).toBeGreaterThanOrEqual(AT_LEAST);
});
