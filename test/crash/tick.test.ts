import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAuditChain } from '../../src/record/audit-chain.ts';
import { pkiTemplate, pkiWorld, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { runSvcauth } from '../support/world/world.ts';

const SERVICES = ['ledger', 'payments'];

const DAY = 86_400_000;

/** No program of these services loads a bundle or a CRL. */
const NO_RELOAD = ['deployment:', '  reload: none'];

/** Worlds after these days, with a tick at the end of each day except the last. */
async function worldsAfter(days: readonly number[]): Promise<() => PkiWorld> {
  const commands = SERVICES.map(service => ['issue', service]);
  const before = (await pkiTemplate([], commands))();
  for (const [index, wait] of days.entries()) {
    if (index > 0) await before.succeed('tick');
    before.now = new Date(before.now.getTime() + wait * DAY);
  }
  return () => {
    const cwd = tempDirectory();
    cpSync(before.cwd, cwd, { recursive: true, verbatimSymlinks: true });
    const world = pkiWorld({ now: before.now, cwd });
    mkdirSync(join(cwd, 'www'));
    const policy = ['version: 1', 'trustDomain: example.org', 'renewal:', '  overlap: 5d', ...NO_RELOAD, 'crl:'];
    writeFileSync(world.home.policy, [...policy, `  publishTo: [${join(cwd, 'www')}]`, ''].join('\n'));
    return world;
  };
}

describe('tick', { timeout: 240_000 }, () => {
  test.each([
    ['when certificates and CRLs are due', [21], 0],
    ['when an overlap is over', [21, 6], SERVICES.length],
  ])(
    '%s, a power failure at any step leaves old or new files, and the next tick finishes',
    async (_, days, revoked) => {
      const fresh = await worldsAfter(days);
      for (let moment = 1, ended = false; !ended; moment++) {
        const world = fresh();
        const { moments } = await runUntil(world, moment, ['tick']);
        ended = moments < moment;
        for (const service of SERVICES) expect(servedSerial(world.home.service(service))).toBeDefined();

        const { status, stderr } = await runSvcauth(world, ['tick']);
        expect({ status, stderr }, `moment ${moment}`).toEqual({ status: 0, stderr: '' });
        expect(await world.succeed('tick')).toBe('');
        await world.succeed('crl', 'verify');
        await world.manifest(manifest => {
          const all = SERVICES.flatMap(service => manifest.certificatesOfService(service));
          expect(all.filter(({ state }) => state === 'current')).toHaveLength(SERVICES.length);
          expect(all.filter(({ state }) => state === 'revoked')).toHaveLength(revoked);
          for (const service of SERVICES) {
            const { currentSerial } = manifest.service(service)!;
            expect(servedSerial(world.home.service(service))).toBe(currentSerial);
            expect(manifest.certificate(currentSerial!)!.notAfter > world.now).toBe(true);
          }
          expect(checkAuditChain(manifest.auditRecords())).not.toHaveProperty('broken');
        });
      }
    },
  );

  test('a full disk at any step keeps the old files in use, and the next tick finishes', async () => {
    const fresh = await worldsAfter([21]);
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = fresh();
      const { moments, status } = await runUntil(world, moment, ['tick'], 'disk-full');
      ended = moments < moment;
      expect([0, 1, 5], `moment ${moment}`).toContain(status);
      for (const service of SERVICES) expect(servedSerial(world.home.service(service))).toBeDefined();
      await world.succeed('tick');
      expect(await world.succeed('tick')).toBe('');
    }
  });
});
