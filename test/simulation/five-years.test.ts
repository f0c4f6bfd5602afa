import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { crlNumber, decodeCrl } from '../../src/pki/crl/parsed.ts';
import type { Manifest } from '../../src/store/manifest/manifest.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { seededRandom } from '../support/world/random.ts';
import { servedSerial } from '../support/service-state.ts';
import { runSvcauth } from '../support/world/world.ts';
import { reloading } from './consumers.ts';

const DAY = 86_400_000;
const YEARS = 5;
/**
 * Longest time between two ticks that the defaults survive. A leaf of 30 days is due at 20, and a CRL of 14 days is refreshed at
 * 3.5.
 */
const SLACK = 10;
const SERVICES = ['ledger', 'mail', 'payments', 'web'];

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate(
    // other tests rotate issuing CAs: this one lasts longer than the simulation
    ['--issuing-lifetime', '2200d'],
    SERVICES.map(service => ['issue', service, '--dns', `${service}.example.org`]),
  );
});

interface Checked {
  readonly findings: readonly { readonly name: string; readonly remedy?: string }[];
}

/** Chooses the days until the next tick: mostly one, sometimes an outage of up to the slack. */
function daysUntilNext(random: (length: number) => Uint8Array): number {
  const [kind, length] = random(2) as unknown as [number, number];
  return kind < 24 ? 2 + (length % (SLACK - 1)) : 1;
}

const later = (world: PkiWorld, days: number): Date => new Date(world.now.getTime() + days * DAY);

const served = (world: PkiWorld, service: string): X509Certificate =>
  new X509Certificate(readFileSync(join(world.home.service(service), 'current', 'tls.crt')));

const crlsOf = (manifest: Manifest) => manifest.authorities().map(({ id }) => manifest.latestCrl(id)!);

describe('five years of almost daily ticks', () => {
  test('nothing expires when outages stay within the margin of the defaults', async () => {
    const world = fresh();
    reloading(world);
    const random = seededRandom('outages');
    const end = later(world, YEARS * 365);
    const serials = new Set<string>();
    const published = new Map<string, { bytes: Buffer; number: bigint; nextUpdate: Date }>();
    let [ticks, outages, renewals, outageOf, backSince] = [0, 0, 0, 1, 0];
    while (world.now < end) {
      const when = world.now.toISOString();
      const { stdout, stderr } = await runSvcauth(world, ['tick', '-o', 'json']);
      const { failures, check } = JSON.parse(stdout) as { failures: readonly unknown[]; check: Checked };
      if (outageOf > 3) backSince = world.now.getTime();
      // svcauth cannot know for a week whether there was an outage or the clock jumped
      const isDoubtful = world.now.getTime() <= backSince + 7 * DAY;
      const findings = check.findings.filter(({ name }) => !(isDoubtful && name === 'clock-jumped'));
      expect({ stderr, failures, findings }, when).toEqual({ stderr: '', failures: [], findings: [] });
      ticks++;
      const days = daysUntilNext(random);
      if (days > 1) outages++;
      outageOf = days;
      const next = later(world, days);
      await world.manifest(manifest => {
        for (const service of SERVICES) {
          const { currentSerial } = manifest.service(service)!;
          expect(servedSerial(world.home.service(service))).toBe(currentSerial);
          if (!serials.has(currentSerial!)) renewals++;
          serials.add(currentSerial!);
          const { notBefore, notAfter, authorityId } = manifest.certificate(currentSerial!)!;
          expect(notBefore <= world.now).toBe(true);
          // and at the last moment of the outage
          expect(notAfter >= next, `${service} until ${next.toISOString()}`).toBe(true);
          expect(notAfter <= manifest.authority(authorityId)!.certificate!.notAfter).toBe(true);
        }
        for (const { authorityId } of crlsOf(manifest)) {
          // the files that verifiers get, not the records of the manifest
          const bytes = readFileSync(world.home.public.crlDer(authorityId));
          const known = published.get(authorityId);
          if (known?.bytes.equals(bytes) !== true) {
            const crl = decodeCrl(bytes);
            const number = crlNumber(crl)!;
            expect(number > (known?.number ?? 0n), `the number of the CRL of ${authorityId}`).toBe(true);
            published.set(authorityId, { bytes, number, nextUpdate: crl.nextUpdate!.date });
          }
          const { nextUpdate } = published.get(authorityId)!;
          expect(nextUpdate > next, `the CRL of ${authorityId} until ${next.toISOString()}`).toBe(true);
        }
      });
      world.now = next;
    }
    await world.manifest(manifest => {
      const all = SERVICES.flatMap(service => manifest.certificatesOfService(service).map(({ serial }) => serial));
      expect(new Set(all).size).toBe(all.length);
      // every issued certificate was served
      expect(all.length).toBe(renewals);
    });
    expect(ticks).toBeGreaterThan(900);
    expect(outages).toBeGreaterThan(50);
    // 30 days, renewed at 20, and up to a twentieth of the lifetime earlier
    expect(renewals / SERVICES.length).toBeGreaterThan((YEARS * 365) / (20 + SLACK));
  }, 300_000);

  test.each([14, 21, 45])('during an outage of %i days check is critical before anything expires', async outage => {
    const world = fresh();
    reloading(world);
    for (let day = 0; day < 40; day++) {
      world.now = later(world, 1);
      expect((await runSvcauth(world, ['tick'])).status).toBe(0);
    }
    const doomed = new Map<string, Date>();
    await world.manifest(manifest => {
      for (const service of SERVICES) doomed.set(service, new Date(served(world, service).validTo));
      for (const { authorityId, nextUpdate } of crlsOf(manifest)) doomed.set(authorityId, nextUpdate);
    });
    const warned = new Set<string>();
    for (let hours = 0; hours < outage * 24; hours += 6) {
      world.now = later(world, 0.25);
      const { stdout, status } = await runSvcauth(world, ['check', '-o', 'json']);
      const { findings } = JSON.parse(stdout) as { findings: { service?: string; ca?: string; severity: string }[] };
      for (const { service, ca, severity } of findings) if (severity === 'critical') warned.add(service ?? ca!);
      for (const [subject, deadline] of doomed) {
        if (deadline > world.now) continue;
        expect(status).toBe(4);
        expect(warned, `${subject} expired without a warning`).toContain(subject);
        doomed.delete(subject);
      }
    }
    // the first tick afterwards repairs everything
    await runSvcauth(world, ['tick']);
    // only an operator knows if the clock jumped
    const left = JSON.parse((await runSvcauth(world, ['check', '-o', 'json'])).stdout) as Checked;
    expect(left.findings).toMatchObject([{ name: 'clock-jumped', remedy: 'svcauth tick --force-clock' }]);
    world.now = new Date(world.now.getTime() + 60_000);
    await world.succeed('tick', '--force-clock');
    await world.succeed('check');
  });
});
