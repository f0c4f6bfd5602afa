import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dueLimits, renewalTime } from '../../../src/due/rules/time.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { Seconds, Threshold } from '../../../src/time/duration.ts';
import { planRenewals, renewalStep } from '../../../src/renewal/rules/plan.ts';
import { homeAt } from '../../../src/store/home.ts';
import { dueServices } from '../../../src/store/manifest/due-services.ts';
import type { LiveService } from '../../../src/store/manifest/manifest.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { makeHome } from '../../support/world/home.ts';
import { at, authority, intent, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld } from '../../support/world/world.ts';
import { queryPlan } from '../../support/query-plan.ts';
import { issuanceFacts, POLICY, requestedRow, serviceFacts } from '../../support/issuance.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;

const threshold: fc.Arbitrary<Threshold> = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map(percent => ({ percent })),
  fc.integer({ min: 1, max: 40 * DAY }).map(span => ({ span: span as Seconds })),
);

const one = fc.record({
  start: fc.integer({ min: -40 * DAY, max: 0 }),
  lifetime: fc.integer({ min: 3600, max: 60 * DAY }),
  // some expire with their CA
  endsWithIssuer: fc.boolean(),
  issuer: fc.constantFrom('issuing-g1', 'issuing-g1', 'issuing-g1', 'issuing-g0'),
  pending: fc.boolean(),
  state: fc.constantFrom('current', 'current', 'current', 'revoked', 'none'),
  own: fc.option(threshold, { nil: undefined }),
});

it('the indexes find every service that a look at all services would renew', async () => {
  const random = fc.tuple(
    fc.array(one, { maxLength: 12 }),
    fc.option(threshold, { nil: undefined }),
    // an expired CA renews nothing
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
        const deployment = {
          ...{ service: name, serial: certificate.serial, directory: '/', updatedAt: at(0) },
          state: pending ? ('pending' as const) : ('deployed' as const),
        };
        return { service, certificate, deployment };
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
          found.map(({ service: { name: service } }) => requestedRow({ service, source: 'due' })),
          issuanceFacts(
            Object.fromEntries(
              found.map(live => {
                const revokedFor = live.certificate?.state === 'revoked' && { revokedFor: 'superseded' as const };
                return [live.service.name, serviceFacts(live, { files: 'unseen', ...revokedFor })];
              }),
            ),
            {
              issuer: { ...issuer, notBefore: at(-YEAR) },
              active: new Set<string>(),
              policy: { ...POLICY, renewal: policy ? { threshold: policy } : {} },
            },
          ),
          { force: false },
          now,
        )
          .map(renewalStep)
          .filter(({ action }) => action !== 'keep');
      const due = manifest.dueServices({ at: now, issuer, limits: dueLimits(policy) });
      const everything = manifest.liveServices();
      manifest.close();
      expect(everything).toHaveLength(certificates.length);
      expect(work(due)).toEqual(work(everything));
    }),
    { numRuns: 80 },
  );
});

/** Ages that README and help promise, in exact whole numbers and apart from the rule. Two thirds or a half, less a twentieth. */
const earliestAge = (lifetime: number): number =>
  Number(lifetime <= 864_000 ? (BigInt(lifetime) * 9n) / 20n : (BigInt(lifetime) * 37n) / 60n);
const exactAge = (lifetime: number, limit: Threshold): number =>
  'span' in limit
    ? Math.max(lifetime - limit.span, Number(BigInt(lifetime) / 3n))
    : Number((BigInt(lifetime) * BigInt(limit.percent)) / 100n);
const latestAge = (lifetime: number): number => Math.floor(lifetime * (lifetime <= 864_000 ? 1 / 2 : 2 / 3));

const ISSUER = { id: 'issuing-g1', notAfter: at(YEAR) };

/** Makes the n-th certificate, current and deployed. */
function deployed(n: number, name: string, life: Pick<Certificate, 'notBefore' | 'notAfter'>, own?: Threshold) {
  const certificate = { ...intent(n, name, life), state: 'current' as const, der: Uint8Array.of(1) };
  const deployment = { service: name, serial: certificate.serial, directory: '/', updatedAt: at(0) };
  return {
    service: { name, spec: spec(name), ...(own && { upkeep: { renewal: { threshold: own } } }) },
    certificate,
    deployment: { ...deployment, state: 'deployed' as const },
  };
}

const lifetime = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }).map(off => 10 * DAY + off) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 30_000 }).map(minutes => minutes * 60) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 2 * YEAR }) },
);

/** Makes the second before, at or after a bound, or any time. */
const row = fc.record({
  lifetime,
  own: fc.option(threshold, { nil: undefined, freq: 2 }),
  edge: fc.constantFrom('earliest', 'latest', 'policy', 'own', 'issuer', 'any'),
  off: fc.integer({ min: -1, max: 1 }),
  any: fc.integer({ min: 0, max: 2 * YEAR }),
});

it('dueServices agrees with the rule to the second at every bound', async () => {
  const fleet = fc.record({
    policy: fc.option(threshold, { nil: undefined, freq: 1 }),
    rows: fc.array(row, { minLength: 1000, maxLength: 1000, size: 'max' }),
  });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fleet, async ({ policy, rows }) => {
      const [now, issuer] = [at(0), ISSUER];
      const leastAge = (life: number, limit: Threshold | undefined): number =>
        limit === undefined ? earliestAge(life) : exactAge(life, limit);
      const services = rows.map(({ lifetime: short, own, edge, off, any }, n) => {
        // a certificate that expires with its CA is due only if its lifetime is longer than the rest of the CA's
        const lifetime = edge === 'issuer' ? short + 3 * YEAR : short;
        const ages = {
          ...{ earliest: earliestAge(lifetime), latest: latestAge(lifetime), issuer: lifetime - YEAR, any },
          ...{ policy: leastAge(lifetime, policy), own: leastAge(lifetime, own) },
        };
        const name = `service-${n}`;
        const begin = -ages[edge] - off;
        return deployed(n, name, { notBefore: at(begin), notAfter: at(begin + lifetime) }, own);
      });
      const world = fakeWorld();
      await makeHome(world, { authorities: [{ authority: authority() }], services });
      const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
      const found = new Set(
        manifest.dueServices({ at: now, issuer, limits: dueLimits(policy) }).map(live => live.service.name),
      );
      manifest.close();
      const wrong = services.flatMap(({ service, certificate }) => {
        const own = service.upkeep?.renewal.threshold;
        const limit = own ?? policy;
        const { notBefore, notAfter } = certificate;
        const life = (notAfter.getTime() - notBefore.getTime()) / 1000;
        const age = (now.getTime() - notBefore.getTime()) / 1000;
        const byPolicy = age >= leastAge(life, policy) && notAfter < issuer.notAfter;
        // it begins in the future, so it does not work
        const byBegin = age < 0;
        const byOwn = own !== undefined && age >= exactAge(life, own);
        // and the rule itself, with its jitter
        const isDue = renewalTime(certificate, limit) <= now;
        const [least, most] = limit
          ? [exactAge(life, limit), exactAge(life, limit)]
          : [earliestAge(life), latestAge(life)];
        const agree = found.has(service.name) === (byPolicy || byOwn || byBegin) && (isDue ? age >= least : age < most);
        return agree ? [] : [{ age, life, policy, own, isDue, found: found.has(service.name) }];
      });
      expect(wrong).toEqual([]);
      compared += services.length;
    }),
    { numRuns: 24, endOnFailure: true },
  );
  expect(compared).toBeGreaterThanOrEqual(20_000);
}, 60_000);

it('the service with the most jitter is found in the second that it is due', async () => {
  const life = { notBefore: at(-earliestAge(30 * DAY)), notAfter: at(-earliestAge(30 * DAY) + 30 * DAY) };
  // among so many names one has a hash that leaves less than a second to the bound
  const service = Array.from({ length: 400_000 }, (_, n) => `web-${n}`).find(
    name => renewalTime({ service: name, ...life }) <= at(0),
  )!;
  const world = fakeWorld();
  await makeHome(world, { authorities: [{ authority: authority() }], services: [deployed(0, service, life)] });
  const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
  const due = (now: Date) => manifest.dueServices({ at: now, issuer: ISSUER, limits: dueLimits(undefined) }).length;
  const [before, then] = [due(at(-1)), due(at(0))];
  manifest.close();
  expect([before, then]).toEqual([0, 1]);
  expect(renewalTime({ service, ...life })).toEqual(at(0));
});

it('dueServices uses indexes and scans no table of services or certificates', async () => {
  const world = fakeWorld();
  await makeHome(world, { authorities: [{ authority: authority() }] });
  const path = homeAt(`${world.cwd}/.svcauth`).manifest;
  const sql = await openSqlite(path, path, 0);
  const plan = queryPlan(sql, each => dueServices(each, { at: at(0), issuer: ISSUER, limits: dueLimits(undefined) }));
  sql.close();
  // lines that are neither a search nor a scan of a small index made for this question
  const small =
    /^SCAN (?:due|s|a USING .*|\w+ USING .*(?:services_with_threshold|revoked_services|uncertified_services|pending_deployments))$/;
  expect(plan.filter(line => line.startsWith('SCAN ') && !small.test(line))).toEqual([]);
  expect(plan).toContain('SEARCH c USING INDEX current_certificates (authority_id=? AND not_after<?)');
  expect(plan.filter(line => line.includes('AUTOMATIC'))).toEqual([]);
});
