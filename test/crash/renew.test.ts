import { appendFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';

const HOUR = 3_600_000;
const NAMES = ['ledger', 'payments', 'web'];

/** Two certificates are due, one is not, and the predecessor of the third is past its overlap. */
let due: () => PkiWorld;
beforeAll(async () => {
  const template = await pkiTemplate(
    [],
    [
      ['issue', 'payments', '--ttl', '1d'],
      ['issue', 'ledger', '--ttl', '1d'],
      ['issue', 'web'],
      ['issue', 'web', '--force'],
    ],
  );
  due = () => {
    const world = template();
    appendFileSync(world.home.policy, 'renewal: {overlap: 2h}\n');
    world.now = new Date(world.now.getTime() + 13 * HOUR);
    return world;
  };
});

const serve = (world: PkiWorld) => NAMES.map(name => servedSerial(world.home.service(name)));

test('after a power failure at any step of renew every service has files, and the next run renews the rest once', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = due();
    const old = serve(world);
    const { status, moments } = await runUntil(world, moment, ['renew']);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);
    await world.manifest(manifest => {
      for (const [index, serial] of serve(world).entries()) {
        const served = manifest.certificate(serial!)!;
        expect(served.service).toBe(NAMES[index]);
        expect(served.state).not.toBe('intent');
      }
    });

    const next = await world.succeed('renew', '--detailed-exitcode').catch((error: unknown) => String(error));
    expect(next).toMatch(/^nothing is due\n$|ended with 10/);
    // a revocation that no CRL lists yet is the case this test is for
    await world.succeed('crl', 'refresh');
    expect(await world.succeed('renew')).toBe('nothing is due\n');

    const now = serve(world);
    await world.manifest(manifest => {
      for (const [index, name] of NAMES.entries()) {
        const all = manifest.certificatesOfService(name);
        const made = all.filter(({ state }) => state !== 'intent');
        expect(made).toHaveLength(2);
        expect(made.find(({ state }) => state === 'current')?.serial).toBe(now[index]);
        expect(manifest.deployment(name)).toMatchObject({ serial: now[index], state: 'deployed' });
        if (name === 'web') expect(now[index]).toBe(old[index]);
        else expect(made.map(({ serial }) => serial)).toContain(old[index]);
      }
      expect([...manifest.revocations('issuing-g1')].map(({ reason }) => reason)).toEqual(['superseded']);
      expect(manifest.revocationTotals('issuing-g1').unlisted).toBe(0);
    });
  }
}, 120_000);
