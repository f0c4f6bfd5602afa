import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Seconds, Threshold } from '../../../src/time/duration.ts';
import { planRenewals, type RenewalTarget } from '../../../src/renewal/rules/plan.ts';
import { homeAt } from '../../../src/store/home.ts';
import type { LiveService } from '../../../src/store/manifest/manifest.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { makeHome } from '../../support/world/home.ts';
import { at, authority, intent, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld } from '../../support/world/world.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;

const threshold: fc.Arbitrary<Threshold> = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map(percent => ({ percent })),
  fc.integer({ min: 1, max: 40 * DAY }).map(span => ({ span: span as Seconds })),
);

const one = fc.record({
  start: fc.integer({ min: -40 * DAY, max: 0 }),
  lifetime: fc.integer({ min: 3600, max: 60 * DAY }),
  // some end with their CA
  endsWithIssuer: fc.boolean(),
  issuer: fc.constantFrom('issuing-g1', 'issuing-g1', 'issuing-g1', 'issuing-g0'),
  pending: fc.boolean(),
  state: fc.constantFrom('current', 'current', 'current', 'revoked', 'none'),
  own: fc.option(threshold, { nil: undefined }),
});

it('asks the indexes for no less than what a look at every service would renew', async () => {
  const random = fc.tuple(
    fc.array(one, { maxLength: 12 }),
    fc.option(threshold, { nil: undefined }),
    // a CA that has ended renews nothing
    fc.integer({ min: 0, max: YEAR - 1 }),
  );
  await fc.assert(
    fc.asyncProperty(random, async ([certificates, policy, later]) => {
      const world = fakeWorld();
      const ca = (id: string, generation: number) =>
        authority({
          id,
          generation,
          state: generation === 1 ? 'active' : 'draining',
          certificate: {
            ...{ der: Uint8Array.of(1), serial: `a${generation}`, issuerId: id },
            ...{ notBefore: at(-YEAR), notAfter: at(YEAR) },
          },
        });
      const services = certificates.map(({ start, lifetime, endsWithIssuer, issuer, pending, state, own }, n) => {
        const name = `service-${n}`;
        const service = { name, spec: spec(name), ...(own && { upkeep: { renewal: { threshold: own } } }) };
        if (state === 'none') return { service };
        const certificate = {
          ...intent(n, name, { notBefore: at(start), notAfter: endsWithIssuer ? at(YEAR) : at(start + lifetime) }),
          authorityId: issuer,
          state: state,
          der: Uint8Array.of(n),
        };
        const delivery = {
          ...{ service: name, serial: certificate.serial, directory: '/', updatedAt: at(0) },
          state: pending ? ('pending' as const) : ('delivered' as const),
        };
        return { service, certificate, delivery };
      });
      await makeHome(world, {
        authorities: [{ authority: ca('issuing-g0', 0) }, { authority: ca('issuing-g1', 1) }],
        services,
      });
      const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
      const now = at(later);
      const issuer = { id: 'issuing-g1', notAfter: at(YEAR) };
      const work = (found: readonly LiveService[]) =>
        planRenewals(
          found.map((live): RenewalTarget => ({
            ...live,
            files: 'unseen',
            ...(live.certificate?.state === 'revoked' && { revokedFor: 'superseded' as const }),
          })),
          {
            issuer,
            draining: new Set(['issuing-g0']),
            active: new Set<string>(),
            renewal: policy ? { threshold: policy } : {},
            critical: { percent: 10 },
            force: false,
          },
          now,
        ).filter(({ action }) => action !== 'keep');
      const due = manifest.dueServices({ at: now, issuer, ...(policy && { threshold: policy }) });
      const everything = manifest.liveServices();
      manifest.close();
      expect(everything).toHaveLength(certificates.length);
      expect(work(due)).toEqual(work(everything));
    }),
    { numRuns: 80 },
  );
});
