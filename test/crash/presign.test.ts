import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { crlNumber, decodeCrl } from '../../src/pki/crl/parsed.ts';
import { decodePem } from '../../src/pki/pem.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate(['--root-key-out', 'root.key']);
});

const CEREMONY = ['crl', 'presign', '--ca', 'root-g1', '--every', '60d', '--for', '120d', '--key', 'root.key'];

const published = ({ home }: PkiWorld) => decodeCrl(new Uint8Array(readFileSync(home.public.crlDer('root-g1'))));
const later = (world: PkiWorld, days: number): void => {
  world.now = new Date(world.now.getTime() + days * 86_400_000);
};

async function expectWhole(world: PkiWorld): Promise<void> {
  expect(decodePem(readFileSync(world.home.public.crlBundle, 'utf8'))[0]!.der).toEqual(published(world).der);
  expect(decodePem(readFileSync(world.home.public.crlPem('root-g1'), 'utf8'))[0]!.der).toEqual(published(world).der);
  expect(readdirSync(world.home.public.crls)).toHaveLength(6);
}

test('a power failure at any step of presign leaves the whole series or none, and the next run needs no key', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    const before = crlNumber(published(world))!;
    const { moments } = await runUntil(world, moment, CEREMONY);
    ended = moments < moment;
    const series = await world.manifest(manifest => manifest.presignedCrls('root-g1'));
    expect([0, 2]).toContain(series.length);
    expect(crlNumber(published(world))! >= before).toBe(true);

    await world.succeed('crl', 'refresh');
    expect(crlNumber(published(world))).toBe(series[0]?.number ?? before);
    await expectWhole(world);
  }
});

test('a power failure at any step of releasing a presigned CRL repeats no number', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = fresh();
    await world.succeed(...CEREMONY);
    const [first, second] = await world.manifest(manifest => manifest.presignedCrls('root-g1'));
    later(world, 60);
    const { moments } = await runUntil(world, moment, ['crl', 'refresh', '--ca', 'root-g1']);
    ended = moments < moment;
    expect([first!.number, second!.number]).toContain(crlNumber(published(world)));

    await world.succeed('crl', 'refresh', '--ca', 'root-g1');
    expect(crlNumber(published(world))).toBe(second!.number);
    await expectWhole(world);
    await world.manifest(manifest => {
      expect(manifest.latestCrl('root-g1')!.number).toBe(second!.number);
      expect([...manifest.auditRecords()].filter(({ action }) => action === 'crl.released')).toHaveLength(2);
    });
  }
});
