import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkManifest } from '../../../src/monitoring/rules/check.ts';
import { riskQuestion, type CheckThresholds } from '../../../src/monitoring/rules/thresholds.ts';
import type { Seconds } from '../../../src/time/duration.ts';
import { homeAt } from '../../../src/store/home.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { makeHome } from '../../support/world/home.ts';
import { at, authority, intent, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld } from '../../support/world/world.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;

const threshold = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map(percent => ({ percent })),
  fc.integer({ min: 1, max: 40 * DAY }).map(span => ({ span: span as Seconds })),
);

const one = fc.record({
  start: fc.integer({ min: -40 * DAY, max: 0 }),
  // a leaf is at most a sixth of its issuer's year; some outlive it, as an older svcauth might have let them
  lifetime: fc.integer({ min: 3600, max: 60 * DAY }),
  pending: fc.boolean(),
  revoked: fc.boolean(),
});

it('asks the indexes for no less than what a look at every service would find', async () => {
  const random = fc.tuple(
    fc.array(one, { maxLength: 12 }),
    threshold,
    threshold,
    fc.integer({ min: 0, max: 400 * DAY }),
  );
  await fc.assert(
    fc.asyncProperty(random, async ([certificates, leafWarning, leafCritical, later]) => {
      const world = fakeWorld();
      const issuer = authority({
        certificate: {
          der: Uint8Array.of(1),
          serial: 'aa',
          issuerId: 'issuing-g1',
          notBefore: at(0),
          notAfter: at(YEAR),
        },
      });
      const services = certificates.map(({ start, lifetime, pending, revoked }, n) => {
        const name = `service-${n}`;
        const certificate = {
          ...intent(n, name, { notBefore: at(start), notAfter: at(start + lifetime) }),
          state: revoked ? ('revoked' as const) : ('current' as const),
          der: Uint8Array.of(n),
        };
        const state = pending ? ('pending' as const) : ('delivered' as const);
        const delivery = { service: name, serial: certificate.serial, directory: '/', state, updatedAt: at(0) };
        return { service: { name, spec: spec(name), currentSerial: certificate.serial }, certificate, delivery };
      });
      await makeHome(world, { authorities: [{ authority: issuer }], services });
      const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
      const now = at(later);
      const thresholds: CheckThresholds = {
        leafWarning,
        leafCritical,
        caWarning: { percent: 1 },
        caCritical: { percent: 1 },
        crlWarning: { percent: 1 },
        crlCritical: { percent: 1 },
      };
      const found = (rows: Parameters<typeof checkManifest>[0]['services']) =>
        checkManifest({ services: rows, intents: [], authorities: [{ authority: issuer }] }, thresholds, now);
      const atRisk = manifest.servicesAtRisk(riskQuestion(thresholds, [issuer], now));
      const everything = manifest.liveServices();
      manifest.close();
      expect(everything).toHaveLength(certificates.length);
      expect(found(atRisk)).toEqual(found(everything));
    }),
    { numRuns: 60 },
  );
});
