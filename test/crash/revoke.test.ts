import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { crlEntries, crlNumber, decodeCrl } from '../../src/pki/crl/parsed.ts';
import { decodePem } from '../../src/pki/pem.ts';
import { serialToHex } from '../../src/pki/certificate/serial-number.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate([], [['issue', 'payments']]);
});

const published = ({ home }: PkiWorld) => decodeCrl(new Uint8Array(readFileSync(home.public.crlDer('issuing-g1'))));
const listed = (world: PkiWorld) => [...crlEntries(published(world))].map(({ serial }) => serialToHex(serial));

test('a power failure at any step of revoke leaves a complete CRL, and the next run finishes', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const before = crlNumber(published(world))!;
    const argv = ['revoke', 'payments', '--reason', 'keyCompromise'];
    const { status, moments } = await runUntil(world, moment, argv);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);

    const serial = await world.manifest(manifest => manifest.service('payments')!.currentSerial!);
    const between = crlNumber(published(world))!;
    await world.manifest(manifest => {
      // every published revocation is recorded, and no published CRL number can occur again
      if (listed(world).length > 0) expect(manifest.revocation(serial)).toMatchObject({ reason: 'keyCompromise' });
      expect(between <= manifest.latestCrl('issuing-g1')!.number).toBe(true);
    });
    expect(between >= before).toBe(true);

    await world.succeed(...argv);
    expect(listed(world)).toEqual([serial]);
    expect(crlNumber(published(world))! > before).toBe(true);
    await world.manifest(manifest => {
      expect(manifest.certificate(serial)).toMatchObject({ state: 'revoked' });
      expect(manifest.latestCrl('issuing-g1')!.number).toBe(crlNumber(published(world)));
      const audited = [...manifest.auditRecords()].filter(({ action }) => action === 'certificate.revoked');
      expect(audited).toHaveLength(1);
    });
    expect(decodePem(readFileSync(world.home.public.crlBundle, 'utf8')).at(-1)!.der).toEqual(published(world).der);
    expect(readdirSync(world.home.public.crls)).toHaveLength(6);

    const number = crlNumber(published(world));
    expect(await world.succeed(...argv)).toMatch(/^unchanged {2}payments {2}/);
    expect(crlNumber(published(world))).toBe(number);
  }
});

test('a full disk leaves the whole revocation or none, reports which, and the same command finishes it', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const { status, stderr, moments } = await runUntil(world, moment, ['revoke', 'payments'], 'disk-full');
    ended = moments < moment;
    if (ended) break;
    const serial = await world.manifest(manifest => manifest.service('payments')!.currentSerial!);
    const recorded = await world.manifest(manifest => manifest.revocation(serial) !== undefined);
    if (status === 0) expect(listed(world)).toEqual([serial]);
    else {
      expect(stderr).toContain(recorded ? 'is recorded' : 'no space is left on the disk');
      expect(status).toBe(recorded ? 5 : 1);
    }
    await world.succeed('revoke', 'payments');
    expect(listed(world)).toEqual([serial]);
  }
});
