import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { crlEntries, decodeCrl } from '../../src/pki/crl/parsed.ts';
import { serialToHex } from '../../src/pki/certificate/serial-number.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate();
});

const listed = ({ home }: PkiWorld) =>
  [...crlEntries(decodeCrl(new Uint8Array(readFileSync(home.public.crlDer('root-g1')))))].map(({ serial }) =>
    serialToHex(serial),
  );

test('the next run finishes a taint after a power failure at any step', async () => {
  const argv = ['ca', 'taint', 'issuing-g1', '--reason', 'key found in a back-up', '--revoke'];
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const { status, moments } = await runUntil(world, moment, argv);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);
    const serial = await world.manifest(manifest => manifest.authority('issuing-g1')!.certificate!.serial);
    await world.manifest(manifest => {
      // everything that is published is recorded
      if (listed(world).length > 0) expect(manifest.revocation(serial)).toMatchObject({ reason: 'cACompromise' });
    });

    await world.succeed(...argv);
    expect(listed(world)).toEqual([serial]);
    await world.manifest(manifest => {
      expect(manifest.authority('issuing-g1')!.state).toBe('tainted');
      const audited = [...manifest.auditRecords()].filter(({ action }) => action === 'ca.tainted');
      expect(audited).toHaveLength(1);
    });
    expect(await world.succeed(...argv)).toMatch(/^unchanged {2}issuing-g1 is already tainted\ndue /);
  }
});
