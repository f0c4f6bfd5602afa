import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseThreshold, type Threshold } from '../../../src/time/duration.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { ServiceRow } from '../../../src/record/service.ts';
import type { RenewalSpec } from '../../../src/record/upkeep.ts';
import { planRenewals, renewalStep, type RenewalOptions } from '../../../src/renewal/rules/plan.ts';
import type { ServiceFacts } from '../../../src/issuance/rules/facts.ts';
import { renewalTime } from '../../../src/due/rules/time.ts';
import { CRL_REASONS, type CrlReason } from '../../../src/pki/crl/revocation-reason.ts';
import { at, certificateRow, serviceRow } from '../../support/pki/rows.ts';
import { issuanceFacts, POLICY, requestedRow, serviceFacts } from '../../support/issuance.ts';

type RenewalTarget = ServiceFacts & { readonly known: ServiceRow };

/** Options of a run, and the parts of the policy that count here. */
interface Asked extends Partial<RenewalOptions> {
  readonly renewal?: RenewalSpec;
  readonly critical?: Threshold;
}

/** From 1 November to 1 December, deployed; say what differs. */
function target(certificate: Partial<Certificate> = {}, changes: Partial<RenewalTarget> = {}): RenewalTarget {
  const row = certificateRow(certificate);
  const { service } = serviceRow(certificate);
  const deployment = {
    service: service.name,
    serial: row.serial,
    directory: '/srv',
    state: 'deployed',
    updatedAt: at('2026-11-01'),
  } as const;
  return {
    ...serviceFacts(undefined, { files: 'unseen' }),
    known: { service, certificate: row, deployment },
    ...changes,
  };
}

const steps = (targets: readonly RenewalTarget[], now: Date, { renewal = {}, critical, ...options }: Asked = {}) => {
  const policy = { ...POLICY, renewal, check: { ...POLICY.check, ...(critical && { leafCritical: critical }) } };
  const names = targets.map(({ known }) => known.service.name);
  const facts = issuanceFacts(Object.fromEntries(targets.map((each, index) => [names[index]!, each])), {
    ...{ policy, active: new Set() },
  });
  const requests = names.map(service => requestedRow({ service, source: 'due' }));
  return planRenewals(requests, facts, { force: false, ...options }, now).map(renewalStep);
};
const plan = (one: RenewalTarget, when: string | Date, options: Asked = {}) =>
  steps([one], typeof when === 'string' ? at(when) : when, options)[0]!;

const withUpkeep = ({ known, ...one }: RenewalTarget, renewal: RenewalSpec): RenewalTarget => ({
  ...one,
  known: { ...known, service: { ...known.service, upkeep: { renewal } } },
});
const withRenewal = (renewal: RenewalSpec, certificate: Partial<Certificate> = {}): RenewalTarget =>
  withUpkeep(target(certificate), renewal);

describe('reasons to renew', () => {
  test('a certificate is renewed at its renewal time and not before', () => {
    const due = renewalTime(certificateRow());
    expect(plan(target(), new Date(due.getTime() - 1000))).toMatchObject({ action: 'keep' });
    expect(plan(target(), due)).toMatchObject({ action: 'renew', reason: 'expiring', service: 'payments' });
  });

  test('the threshold of the run overrides that of the service, and that the policy', () => {
    const own = withRenewal({ threshold: parseThreshold('5d') });
    const policy = { renewal: { threshold: parseThreshold('50%') } };
    expect(plan(target(), '2026-11-16', policy)).toMatchObject({ action: 'renew' });
    expect(plan(own, '2026-11-25', policy)).toMatchObject({ action: 'keep' });
    expect(plan(own, '2026-11-26', policy)).toMatchObject({ action: 'renew' });
    expect(plan(own, '2026-11-11', { ...policy, threshold: parseThreshold('20d') })).toMatchObject({ action: 'renew' });
  });

  test.each<[string, Partial<Certificate>, Partial<RenewalTarget>]>([
    ['expired', { notAfter: at('2026-11-01T12:00:00Z') }, {}],
    ['issuer-draining', { authorityId: 'issuing-g0' }, {}],
    ['issuer-changed', { authorityId: 'issuing-g9' }, {}],
    ['key-missing', {}, { files: 'key-missing' }],
    ['files-missing', {}, { files: 'missing' }],
  ])('a certificate is renewed at once for the reason %s', (reason, certificate, changes) => {
    expect(plan(target(certificate, changes), '2026-11-02')).toMatchObject({ action: 'renew', reason });
  });

  test('a certificate that a crash prevented is issued', () => {
    const { known, ...one } = target();
    expect(plan({ ...one, known: { service: known.service } }, '2026-11-02')).toEqual({
      service: 'payments',
      action: 'renew',
      reason: 'new',
    });
  });

  test('--force renews, and a better reason replaces it in the plan', () => {
    expect(plan(target(), '2026-11-02', { force: true })).toMatchObject({ reason: 'forced' });
    expect(plan(target(), '2026-11-30', { force: true })).toMatchObject({ reason: 'expiring' });
  });

  test('a certificate that expires with its CA is not renewed repeatedly', () => {
    expect(plan(target({ notAfter: at('2027-11-01') }), '2027-10-31')).toMatchObject({ action: 'keep' });
  });
});

describe('a revoked certificate', () => {
  const revoked = (revokedFor: CrlReason) => target({ state: 'revoked' }, { revokedFor });

  test('a revoked certificate is replaced unless the revocation ended the service', () => {
    const goesOn = (Object.keys(CRL_REASONS) as CrlReason[]).filter(
      reason => plan(revoked(reason), '2026-11-02').action === 'renew',
    );
    expect(goesOn).toEqual(['keyCompromise', 'cACompromise', 'superseded', 'aACompromise']);
  });

  test('a service that a revocation ended is skipped, also with --force', () => {
    const step = { action: 'leave', because: 'revoked', revokedFor: 'cessationOfOperation' };
    expect(plan(revoked('cessationOfOperation'), '2026-11-02')).toMatchObject(step);
    expect(plan(revoked('cessationOfOperation'), '2027-11-02', { force: true })).toMatchObject(step);
  });
});

test('a service that is due and has its key on another host is skipped', () => {
  expect(plan(target({ keySource: 'csr' }), '2026-11-02')).toMatchObject({ action: 'keep' });
  expect(plan(target({ keySource: 'csr' }), '2026-11-30')).toMatchObject({ action: 'leave', because: 'csr' });
  expect(plan(target({ keySource: 'csr' }), '2026-11-02', { force: true })).toMatchObject({ because: 'csr' });
});

test('a certificate that expired longer ago than allowed is skipped', () => {
  expect(plan(target(), '2027-01-01')).toMatchObject({ action: 'renew', reason: 'expired' });
  expect(plan(target(), '2026-12-02', { allowExpired: 86_400 })).toMatchObject({ action: 'renew' });
  expect(plan(target(), '2026-12-02T00:00:01Z', { allowExpired: 86_400 })).toMatchObject({ because: 'expired' });
});

describe('a deployment that is not finished', () => {
  test('a pending deployment of a good certificate is completed', () => {
    const { known } = target();
    for (const differs of [{ state: 'pending' }, { serial: 'aa' }] as const) {
      const deployment = { ...known.deployment!, ...differs };
      expect(plan(target({}, { known: { ...known, deployment } }), '2026-11-02').action).toBe('deploy');
    }
    expect(plan(target({}, { files: 'not-switched' }), '2026-11-02').action).toBe('deploy');
  });
});

describe('a window', () => {
  // Saturdays, two hours from midnight
  const window = { cron: '0 0 * * sat', timezone: 'UTC', duration: 7200 };
  const critical = parseThreshold('2d');
  const one = withRenewal({ threshold: parseThreshold('10d'), window });

  test('a renewal waits until its window opens', () => {
    // due on Saturday the 21st, at the second it opens
    expect(plan(one, '2026-11-21T02:00:00Z', { critical })).toMatchObject({ action: 'wait', until: at('2026-11-28') });
    expect(plan(one, '2026-11-21T01:59:59Z')).toMatchObject({ action: 'renew', reason: 'expiring' });
    expect(plan(one, '2026-11-20')).toMatchObject({ action: 'keep' });
  });

  test('a certificate that would become critical before its window is renewed at once, and the plan shows it', () => {
    expect(plan(one, '2026-11-21T02:00:00Z', { critical: parseThreshold('3d') })).toMatchObject({
      action: 'renew',
      tooLate: at('2026-11-28'),
    });
    // without a run on the 28th
    expect(plan(one, '2026-11-28T02:00:00Z', { critical })).toMatchObject({
      action: 'renew',
      tooLate: at('2026-12-05'),
    });
  });

  test.each<[string, Partial<Certificate>, Partial<RenewalTarget>]>([
    ['has expired', { notAfter: at('2026-11-02') }, {}],
    ['is revoked', { state: 'revoked' }, { revokedFor: 'keyCompromise' }],
    ['has lost its key', {}, { files: 'key-missing' }],
  ])('a closed window does not delay the replacement of a certificate that %s', (_, certificate, changes) => {
    const broken = withUpkeep(target(certificate, changes), { threshold: parseThreshold('10d'), window });
    expect(plan(broken, '2026-11-10')).toMatchObject({ action: 'renew' });
    expect(plan(broken, '2026-11-10')).not.toHaveProperty('tooLate');
  });

  test('a closed window does not delay --force', () => {
    expect(plan(one, '2026-11-21T02:00:00Z', { force: true })).toMatchObject({ action: 'renew', reason: 'expiring' });
  });

  test('the window of the policy applies to services without their own', () => {
    const renewal = { threshold: parseThreshold('10d'), window };
    expect(plan(target(), '2026-11-21T02:00:00Z', { renewal, critical })).toMatchObject({ action: 'wait' });
  });

  test('no certificate becomes critical because of its window with a run every hour', () => {
    const windows = fc.record({
      cron: fc.constantFrom('0 2 * * *', '30 1 * * sat', '0 0 1 * *', '0 0 29 2 *', '*/7 3 * * 1-3'),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
      duration: fc.integer({ min: 60, max: 12 * 3600 }),
    });
    const lives = fc.record({
      start: fc.integer({ min: 0, max: 365 * 24 }),
      hours: fc.integer({ min: 24, max: 90 * 24 }),
      window: windows,
    });
    fc.assert(
      fc.property(lives, ({ start, hours, window: each }) => {
        const notBefore = new Date(at('2026-01-01').getTime() + start * 3_600_000);
        const notAfter = new Date(notBefore.getTime() + hours * 3_600_000);
        const mine = withRenewal({ window: each }, { notBefore, notAfter });
        for (let hour = Math.floor(hours / 3); hour <= hours; hour++) {
          const step = plan(mine, new Date(notBefore.getTime() + hour * 3_600_000));
          if (step.action !== 'renew') continue;
          // an hour early at most: there is no earlier run
          expect(hours - hour).toBeGreaterThanOrEqual(hours / 10 - 1);
          return;
        }
        throw new Error('it was never renewed');
      }),
      { numRuns: 40 },
    );
  });
});

describe('several certificates', () => {
  const many = [
    target({ service: 'good' }),
    target({ service: 'late', notAfter: at('2026-11-22'), notBefore: at('2026-10-22') }),
    target({ service: 'later', notAfter: at('2026-11-25'), notBefore: at('2026-10-25') }),
    target({ service: 'gone', notAfter: at('2026-11-10'), notBefore: at('2026-10-10') }),
    target({ service: 'lost', state: 'revoked' }, { revokedFor: 'keyCompromise' }),
    target({ service: 'away', notAfter: at('2026-11-22'), notBefore: at('2026-10-22'), keySource: 'csr' }),
  ];
  const order = (options: Asked) =>
    steps(many, at('2026-11-18'), options).map(({ service, action }) => `${action} ${service}`);

  test('services without a working certificate come first, then by expiry', () => {
    expect(order({})).toEqual(['renew gone', 'renew lost', 'renew late', 'renew later', 'leave away', 'keep good']);
  });

  test('--max renews the most urgent, and skipped services do not count', () => {
    expect(order({ max: 3 })).toEqual([
      'renew gone',
      'renew lost',
      'renew late',
      'later later',
      'leave away',
      'keep good',
    ]);
  });
});
