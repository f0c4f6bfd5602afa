import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkManifest } from '../../../src/monitoring/rules/check.ts';
import { riskQuestion, type CheckThresholds } from '../../../src/monitoring/rules/thresholds.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import { servicesAtRisk } from '../../../src/store/manifest/live-services.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { queryPlan } from '../../support/query-plan.ts';
import type { Seconds, Threshold } from '../../../src/time/duration.ts';
import { homeAt } from '../../../src/store/home.ts';
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

const thresholdsOf = (leafWarning: Threshold, leafCritical: Threshold): CheckThresholds => ({
  ...{ leafWarning, leafCritical, caWarning: { percent: 1 }, caCritical: { percent: 1 } },
  ...{ crlWarning: { percent: 1 }, crlCritical: { percent: 1 } },
});

const one = fc.record({
  start: fc.integer({ min: -40 * DAY, max: 0 }),
  // a leaf lasts at most a sixth of its issuer's year; some outlive it, as an older svcauth may have allowed
  lifetime: fc.integer({ min: 3600, max: 60 * DAY }),
  pending: fc.boolean(),
  revoked: fc.boolean(),
});

it('the indexes find every service that a look at all services would find', async () => {
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
        const state = pending ? ('pending' as const) : ('deployed' as const);
        const deployment = { service: name, serial: certificate.serial, directory: '/', state, updatedAt: at(0) };
        return { service: { name, spec: spec(name), currentSerial: certificate.serial }, certificate, deployment };
      });
      await makeHome(world, { authorities: [{ authority: issuer }], services });
      const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
      const now = at(later);
      const thresholds = thresholdsOf(leafWarning, leafCritical);
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

/** Time left when a threshold is reached, as help and policy state it: in whole numbers, apart from the rule. */
const secondsLeft = (lifetime: number, limit: Threshold): number =>
  'span' in limit ? limit.span : Number((BigInt(lifetime) * BigInt(limit.percent)) / 100n);

/** Makes the second before, at or after a bound, or any time. */
const row = fc.record({
  lifetime: fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 3 * 365 }).map(days => days * DAY),
    fc.integer({ min: 1, max: 3 * YEAR }),
  ),
  edge: fc.constantFrom('warning', 'critical', 'end', 'issuer', 'longest', 'any'),
  off: fc.integer({ min: -1, max: 1 }),
  any: fc.integer({ min: -YEAR, max: 2 * YEAR }),
  issuer: fc.constantFrom('issuing-g1', 'issuing-g1', 'issuing-g0'),
});

it('servicesAtRisk agrees with the rule to the second at every bound', async () => {
  const fleet = fc.record({
    leafWarning: threshold,
    leafCritical: threshold,
    rows: fc.array(row, { minLength: 1000, maxLength: 1000, size: 'max' }),
  });
  // the older CA expires first
  const ends = { 'issuing-g0': YEAR, 'issuing-g1': 3 * YEAR };
  const authorities = (['issuing-g0', 'issuing-g1'] as const).map((id, generation) =>
    authority({
      ...{ id, generation, state: generation === 0 ? 'draining' : 'active', createdAt: at(-3 * YEAR) },
      certificate: {
        ...{ der: Uint8Array.of(1), serial: `a${generation}`, issuerId: id },
        ...{ notBefore: at(-3 * YEAR), notAfter: at(ends[id]) },
      },
    }),
  );
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fleet, async ({ leafWarning, leafCritical, rows }) => {
      const thresholds = thresholdsOf(leafWarning, leafCritical);
      const services = rows.map(({ lifetime: wanted, edge, off, any, issuer }, n) => {
        // a certificate as old as its CA, and as long
        const lifetime = edge === 'longest' ? 3 * YEAR + ends[issuer] : wanted;
        const left = {
          ...{ warning: secondsLeft(lifetime, leafWarning), critical: secondsLeft(lifetime, leafCritical), end: 0 },
          ...{ issuer: ends[issuer], longest: ends[issuer], any },
        };
        const name = `service-${n}`;
        const end = edge === 'longest' ? ends[issuer] : left[edge] + off;
        return deployed(n, name, issuer, { notBefore: at(Math.max(end - lifetime, -3 * YEAR)), notAfter: at(end) });
      });
      const world = fakeWorld();
      await makeHome(world, { authorities: authorities.map(each => ({ authority: each })), services });
      const manifest = await openManifest(world, homeAt(`${world.cwd}/.svcauth`).manifest);
      const atRisk = manifest.servicesAtRisk(riskQuestion(thresholds, authorities, at(0)));
      manifest.close();
      const found = new Set(atRisk.map(({ service }) => service.name));
      const findings = checkManifest(
        { services, intents: [], authorities: authorities.map(each => ({ authority: each })) },
        thresholds,
        at(0),
      );
      const named = new Set(findings.flatMap(({ kind, subject }) => (kind === 'service' ? [subject] : [])));
      const wrong = services.flatMap(({ service: { name }, certificate: { notBefore, notAfter, authorityId } }) => {
        const left = (notAfter.getTime() - at(0).getTime()) / 1000;
        const life = (notAfter.getTime() - notBefore.getTime()) / 1000;
        const outlives = left > ends[authorityId as keyof typeof ends];
        const expected =
          life - left < 0 || outlives || [leafWarning, leafCritical].some(limit => left <= secondsLeft(life, limit));
        const agree = found.has(name) === expected && named.has(name) === expected;
        return agree ? [] : [{ left, life, leafWarning, leafCritical, found: found.has(name), named: named.has(name) }];
      });
      expect(wrong).toEqual([]);
      compared += services.length;
    }),
    { numRuns: 24, endOnFailure: true },
  );
  expect(compared).toBeGreaterThanOrEqual(20_000);
}, 60_000);

/** Makes the n-th certificate, current and deployed. */
function deployed(n: number, name: string, authorityId: string, life: Pick<Certificate, 'notBefore' | 'notAfter'>) {
  const certificate = { ...intent(n, name, life), authorityId, state: 'current' as const, der: Uint8Array.of(1) };
  const deployment = { service: name, serial: certificate.serial, directory: '/', updatedAt: at(0) };
  return {
    service: { name, spec: spec(name) },
    certificate,
    deployment: { ...deployment, state: 'deployed' as const },
  };
}

it('servicesAtRisk uses indexes and scans no table of services or certificates', async () => {
  const world = fakeWorld();
  await makeHome(world, { authorities: [{ authority: authority() }] });
  const path = homeAt(`${world.cwd}/.svcauth`).manifest;
  const sql = await openSqlite(path, path, 0);
  const question = riskQuestion(thresholdsOf({ percent: 25 }, { percent: 10 }), [authority()], at(0));
  const plan = queryPlan(sql, each => servicesAtRisk(each, question));
  sql.close();
  // lines that are neither a search nor a scan of an index made for this question; `a` is the table of CAs
  const small = /^SCAN (?:risk|s|a(?: USING .*)?|p USING INDEX pending_deployments)$/;
  expect(plan).toContain('SEARCH c USING COVERING INDEX current_certificates (authority_id=? AND not_after<?)');
  expect(plan).toContain('SEARCH c USING COVERING INDEX current_certificates (authority_id=? AND not_after>?)');
  expect(plan.filter(line => line.startsWith('SCAN ') && !small.test(line))).toEqual([]);
});
