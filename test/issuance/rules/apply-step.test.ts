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
  test('is kept when it is as the file says', () => {
    const { serial, notAfter } = certificate;
    expect(plan([{}]).steps).toEqual([{ action: 'keep', service: name, serial, notAfter, line: 3 }]);
  });

  test('is issued when issue would, with all that changes', () => {
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

  test('is new without changes', () => {
    expect(step({ planned: { ...issue, reason: 'new' }, recorded: null })).toMatchObject({
      ...{ action: 'issue', reason: 'new', changes: [] },
    });
  });

  test('is left to somebody who brings a request when its key is on its own host', () => {
    const upkeep = { ...declared, renewal: { overlap: 60 } };
    const left = step({ planned: { ...keep, ...due, action: 'leave', because: 'csr' }, upkeep });
    expect(left).toEqual({
      ...{ action: 'csr-needed', service: name, line: 3, spec, reason: 'expiring' },
      changes: ['overlap policy default -> 1m'],
    });
    expect([isStuck(left), isChange(left)]).toEqual([true, false]);
  });

  test('waits for its window, and is kept up differently while it waits', () => {
    const until = at('2026-11-10T03:00:00Z');
    const waiting: Planned = { ...keep, ...due, action: 'wait', until };
    expect(step({ planned: waiting })).toEqual({ action: 'wait', service: name, line: 3, reason: 'expiring', until });
    expect(step({ planned: waiting, upkeep: { ...declared, renewal: { overlap: 60 } } })).toMatchObject({
      ...{ action: 'update', changes: ['overlap policy default -> 1m'] },
    });
  });

  test('is deployed where a run before did not get that far', () => {
    const { serial } = certificate;
    expect(step({ planned: { ...keep, action: 'deploy', current: certificate } })).toEqual({
      ...{ action: 'deploy', service: name, line: 3, serial },
    });
  });

  test('costs no certificate when only its upkeep changes', () => {
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
  ])('is deployed anew for %s', (_, deployment, deploys) => {
    expect(step({ upkeep: { ...declared, deployment: deployment! } })).toMatchObject({ action: 'update', deploys });
  });

  test('is taken over from who made it by hand', () => {
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
  ])('that was revoked (%s), declared: %s, is: %s', (revokedFor, wasDeclared, action) => {
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

describe('a service that the file does not name', () => {
  test('is an orphan when a file declared it, and then told and not touched', () => {
    const { steps } = plan([{}], [unlisted('old', declared)]);
    expect(steps[1]).toEqual({
      ...{ action: 'orphan', service: 'old' },
      ...{ serial: certificate.serial, notAfter: certificate.notAfter },
    });
    expect(steps.some(isChange)).toBe(false);
  });

  test('is pruned when that is asked for', () => {
    const { steps } = plan([{}], [unlisted('old', declared)], true);
    expect(steps[1]).toMatchObject({ action: 'prune', service: 'old' });
  });

  test('has no certificate to lose when it is revoked or expired', () => {
    for (const gone of [{ state: 'revoked' }, { notAfter: at('2026-11-09') }] as const) {
      expect(plan([], [unlisted('old', declared, gone)]).steps).toEqual([{ action: 'orphan', service: 'old' }]);
    }
  });

  test('is counted when it was made by hand and still serves', () => {
    const others = [
      unlisted('a', {}),
      unlisted('b', { renewal: { overlap: 60 } }),
      unlisted('c', {}, { state: 'revoked' }),
      unlisted('d', {}, { notAfter: at('2026-11-09') }),
    ];
    expect(plan([{}], others, true)).toMatchObject({ steps: [{ action: 'keep' }], byHand: 2 });
  });
});

test('more than half of what was declared is too much to prune in passing', () => {
  const named = (count: number) => Array.from({ length: count }, (): Target => ({}));
  const orphans = (count: number) => Array.from({ length: count }, (_, i) => unlisted(`old-${i}`, declared));
  const fresh: Target = { planned: issue, recorded: null };
  expect(isMassPrune(plan(named(2), orphans(2), true))).toBe(false);
  expect(isMassPrune(plan(named(2), orphans(3), true))).toBe(true);
  expect(isMassPrune(plan([...named(2), fresh, fresh], orphans(3), true))).toBe(true);
  expect(isMassPrune(plan(named(2), orphans(3)))).toBe(false);
  expect(isMassPrune(plan([], [], true))).toBe(false);
});

test('carried out, nothing is left to do', () => {
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
