import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';

const APPLY = ['apply', '-f', 'services.yaml', '--prune'];

/** A PKI whose services file has changed: one service to issue again, one with other settings, one to prune. */
let changed: () => PkiWorld;
beforeAll(async () => {
  const cwd = tempDirectory();
  writeFileSync(join(cwd, 'services.yaml'), 'services: [payments, ledger, old]\n');
  const template = await pkiTemplate([], [APPLY], { cwd });
  writeFileSync(
    join(cwd, 'services.yaml'),
    'services:\n  - {service: payments, dns: payments.example.org}\n  - {service: ledger, renewal: {threshold: 50%}}\n',
  );
  changed = template;
});

test.each([
  ['a power failure', 'power', 1],
  // most of its moments are in `issue` and `revoke`, which have their own tests
  ['a full disk', 'disk-full', 3],
] as const)('the next apply finishes after %s at any step', async (_, how, stride) => {
  for (let moment = 1, ended = false; !ended; moment += stride) {
    const world = changed();
    const { status, moments } = await runUntil(world, moment, APPLY, how);
    ended = moments < moment;
    if (ended) expect(status).toBe(0);

    // each service serves a certificate that is recorded, wherever the power failed
    for (const service of ['payments', 'ledger']) {
      const serial = servedSerial(world.home.service(service))!;
      expect(await world.manifest(manifest => manifest.certificate(serial)), `moment ${moment}`).toMatchObject({
        service,
        state: expect.stringMatching(/^(?:current|superseded)$/) as string,
      });
    }

    await world.succeed(...APPLY);
    expect(await world.succeed(...APPLY), `moment ${moment}`).toBe('services.yaml: nothing to change, 2 unchanged\n');
    await world.manifest(manifest => {
      expect(manifest.service('payments')).toMatchObject({ spec: { dns: ['payments.example.org'] } });
      expect(manifest.service('ledger')?.upkeep).toEqual({ declared: true, renewal: { threshold: { percent: 50 } } });
      expect(manifest.service('old')?.upkeep).toEqual({});
      const old = manifest.certificatesOfService('old');
      expect(old.map(({ state }) => state)).toEqual(['revoked']);
      expect(manifest.revocation(old[0]!.serial)?.reason).toBe('cessationOfOperation');
      expect(manifest.revocationTotals('issuing-g1')).toMatchObject({ count: 1, unlisted: 0 });
    });
  }
});
