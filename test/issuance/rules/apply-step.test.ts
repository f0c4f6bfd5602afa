import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CrlReason } from '../../../src/pki/crl/revocation-reason.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { Upkeep } from '../../../src/record/upkeep.ts';
import {
  isChange,
  isMassPrune,
  isStuck,
  planApply,
  type UnlistedService,
} from '../../../src/issuance/rules/apply-step.ts';
import { planCertificates } from '../../../src/issuance/rules/plan.ts';
import type { Planned } from '../../../src/issuance/rules/planned.ts';
import { issuanceFacts, requestedRow, serviceFacts } from '../../support/issuance.ts';
import { at, certificateRow, serviceRow } from '../../support/pki/rows.ts';

const now = at('2026-11-10');
const { service } = serviceRow();
const certificate = certificateRow();
const { name, spec } = service;
const declared: Upkeep = { declared: true };
const common = { service: name, spec, directory: '/srv', current: certificate, undeployed: false, violations: [] };
const due = { reason: 'expiring', changes: [] } as const;
const requested = (upkeep = declared) => requestedRow({ source: 'file', asRecorded: false, line: 3, upkeep });
const keep: Planned = { ...common, action: 'keep', requested: requested() };
const issue: Planned = {
  ...{ ...common, ...due, action: 'issue', requested: requested(), key: { source: 'generated' }, isNew: false },
  ...{ notBefore: now, notAfter: at('2026-12-10') },
};

/** A service of the file that is as the file says; say what differs. */
interface Target {
  readonly planned?: Planned;
  readonly upkeep?: Upkeep;
  /** `null`: the manifest does not know the service. */
  readonly recorded?: Upkeep | null;
}

const plan = (targets: readonly Target[], others: readonly UnlistedService[] = [], prune = false) => {
  const called = targets.map((each, index) => ({ ...each, called: index === 0 ? name : `${name}-${index}` }));
  const facts = called.map(({ called: key, recorded = declared }) => {
    const known = recorded === null ? undefined : { service: { ...service, upkeep: recorded }, certificate };
    return [key, serviceFacts(known)] as const;
  });
  const planned = called.map(({ called: key, planned: one = keep, upkeep }) => ({
    ...{ ...one, service: key },
    requested: requested(upkeep),
  }));
  return planApply(planned, issuanceFacts(Object.fromEntries(facts)), others, { prune }, now);
};
const step = (changes: Target) => plan([changes]).steps[0]!;

const unlisted = (name: string, upkeep: Upkeep, changes: Partial<Certificate> = {}): UnlistedService => ({
  service: { ...service, name, upkeep },
  certificate: { ...certificate, ...changes },
});

describe('a service of the file', () => {
  test('a service that matches the file is kept', () => {
    const { serial, notAfter } = certificate;
    expect(plan([{}]).steps).toEqual([{ action: 'keep', service: name, serial, notAfter, line: 3 }]);
  });

  test('a service is issued for the reasons of issue, and the step lists all changes', () => {
    const drifted = { ...issue, reason: 'spec-changed', changes: ['dns +a'] } as const;
    expect(step({ planned: drifted, upkeep: { ...declared, renewal: { overlap: 60 } } })).toEqual({
      ...{ action: 'issue', service: name, spec, reason: 'spec-changed', line: 3, supersedes: certificate.serial },
      changes: ['dns +a', 'overlap policy default -> 1m'],
    });
    const revoked = { ...issue, current: { ...certificate, state: 'revoked' } } as const;
    expect(step({ planned: revoked })).not.toHaveProperty('supersedes');
    const until = at('2026-11-10T03:00:00Z');
    expect(step({ planned: { ...issue, tooLate: until } })).toMatchObject({ action: 'issue', tooLate: until });
  });

  test('a new service has no changes', () => {
    expect(step({ planned: { ...issue, reason: 'new' }, recorded: null })).toMatchObject({
      ...{ action: 'issue', reason: 'new', changes: [] },
    });
  });

  test('a service whose key is on another host needs a CSR', () => {
    const upkeep = { ...declared, renewal: { overlap: 60 } };
    const left = step({ planned: { ...keep, ...due, action: 'leave', because: 'csr' }, upkeep });
    expect(left).toEqual({
      ...{ action: 'csr-needed', service: name, line: 3, spec, reason: 'expiring' },
      changes: ['overlap policy default -> 1m'],
    });
    expect([isStuck(left), isChange(left)]).toEqual([true, false]);
  });

  test('a service that waits for its window gets its new settings at once', () => {
    const until = at('2026-11-10T03:00:00Z');
    const waiting: Planned = { ...keep, ...due, action: 'wait', until };
    expect(step({ planned: waiting })).toEqual({ action: 'wait', service: name, line: 3, reason: 'expiring', until });
    expect(step({ planned: waiting, upkeep: { ...declared, renewal: { overlap: 60 } } })).toMatchObject({
      ...{ action: 'update', changes: ['overlap policy default -> 1m'] },
    });
  });

  test('a service that an earlier run did not deploy is deployed', () => {
    const { serial } = certificate;
    expect(step({ planned: { ...keep, action: 'deploy', current: certificate } })).toEqual({
      ...{ action: 'deploy', service: name, line: 3, serial },
    });
  });

  test('changed renewal settings need no new certificate', () => {
    const upkeep: Upkeep = { ...declared, renewal: { threshold: { percent: 50 } } };
    expect(step({ upkeep })).toEqual({
      ...{ action: 'update', service: name, line: 3, spec, upkeep, deploys: false },
      changes: ['threshold policy default -> 50%'],
    });
  });

  test.each<[string, Upkeep['deployment'], boolean]>([
    ['an output', { outputs: [{ kind: 'pkcs12', path: '/a' }] }, true],
    ['an owner', { outputs: [], owner: 'root' }, true],
    ['a mode', { outputs: [], mode: 0o640 }, true],
    ['a hook, which waits for the next deployment', { outputs: [], hooks: [{ argv: ['a'] }] }, false],
  ])('changed settings write files again only if they affect them: %s', (_, deployment, deploys) => {
    expect(step({ upkeep: { ...declared, deployment: deployment! } })).toMatchObject({ action: 'update', deploys });
  });

  test('the file takes over a service that was issued by hand', () => {
    expect(step({ recorded: {} })).toMatchObject({
      action: 'update',
      changes: ['now managed by the services file'],
    });
  });

  test.each<[CrlReason, boolean, string]>([
    ['keyCompromise', true, 'issue'],
    ['superseded', true, 'issue'],
    ['privilegeWithdrawn', true, 'withdrawn'],
    ['cessationOfOperation', true, 'withdrawn'],
    ['unspecified', true, 'withdrawn'],
    ['cessationOfOperation', false, 'issue'],
  ])('a service that was revoked (%s) and declared (%s) has the step %s', (revokedFor, wasDeclared, action) => {
    const known = {
      service: { ...service, ...(wasDeclared && { upkeep: declared }) },
      certificate: { ...certificate, state: 'revoked' as const },
    };
    const facts = issuanceFacts({ [name]: serviceFacts(known, { revokedFor }) });
    const planned = planCertificates([requested()], facts, { force: false }, now);
    const [taken] = planApply(planned, facts, [], { prune: false }, now).steps;
    expect(taken).toMatchObject({ action });
    expect([isStuck(taken!), isChange(taken!)]).toEqual(action === 'issue' ? [false, true] : [true, false]);
  });
});

describe('a service that is not in the file', () => {
  test('a declared service that is not in the file is an orphan: reported and not changed', () => {
    const { steps } = plan([{}], [unlisted('old', declared)]);
    expect(steps[1]).toEqual({
      ...{ action: 'orphan', service: 'old' },
      ...{ serial: certificate.serial, notAfter: certificate.notAfter },
    });
    expect(steps.some(isChange)).toBe(false);
  });

  test('--prune prunes an orphan', () => {
    const { steps } = plan([{}], [unlisted('old', declared)], true);
    expect(steps[1]).toMatchObject({ action: 'prune', service: 'old' });
  });

  test('an orphan with a revoked or expired certificate has no valid certificate', () => {
    for (const gone of [{ state: 'revoked' }, { notAfter: at('2026-11-09') }] as const) {
      expect(plan([], [unlisted('old', declared, gone)]).steps).toEqual([{ action: 'orphan', service: 'old' }]);
    }
  });

  test('a service that was issued by hand and is valid is counted', () => {
    const others = [
      unlisted('a', {}),
      unlisted('b', { renewal: { overlap: 60 } }),
      unlisted('c', {}, { state: 'revoked' }),
      unlisted('d', {}, { notAfter: at('2026-11-09') }),
    ];
    expect(plan([{}], others, true)).toMatchObject({ steps: [{ action: 'keep' }], byHand: 2 });
  });
});

test('a prune of more than half of the declared services is a mass prune', () => {
  const named = (count: number) => Array.from({ length: count }, (): Target => ({}));
  const orphans = (count: number) => Array.from({ length: count }, (_, i) => unlisted(`old-${i}`, declared));
  const fresh: Target = { planned: issue, recorded: null };
  expect(isMassPrune(plan(named(2), orphans(2), true))).toBe(false);
  expect(isMassPrune(plan(named(2), orphans(3), true))).toBe(true);
  expect(isMassPrune(plan([...named(2), fresh, fresh], orphans(3), true))).toBe(true);
  expect(isMassPrune(plan(named(2), orphans(3)))).toBe(false);
  expect(isMassPrune(plan([], [], true))).toBe(false);
});

test('no step is left after the plan is carried out', () => {
  const upkeep = fc.record(
    {
      declared: fc.constant(true as const),
      renewal: fc.record({ overlap: fc.integer({ min: 1, max: 1e6 }) }, { requiredKeys: [] }),
      deployment: fc.record(
        {
          outputs: fc.array(fc.record({ kind: fc.constant('pkcs12' as const), path: fc.string() }), { maxLength: 2 }),
          hooks: fc.array(fc.record({ argv: fc.array(fc.string(), { minLength: 1 }) }), { maxLength: 2 }),
          owner: fc.string(),
        },
        { requiredKeys: ['outputs'] },
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Upkeep>;
  fc.assert(
    fc.property(upkeep, upkeep, (before, after) => {
      const wanted = { ...after, ...declared };
      const first = step({ upkeep: wanted, recorded: before });
      const left = first.action === 'update' ? first.upkeep : before;
      expect(step({ upkeep: wanted, recorded: left })).toMatchObject({ action: 'keep' });
    }),
  );
});
