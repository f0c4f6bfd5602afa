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
  type ApplyTarget,
  type UnlistedService,
} from '../../../src/issuance/rules/plan-apply.ts';
import type { IssueStep } from '../../../src/issuance/rules/plan-issue.ts';
import { at, certificateRow, serviceRow } from '../../support/pki/rows.ts';

const now = at('2026-11-10');
const { service } = serviceRow();
const certificate = certificateRow();
const { name, spec } = service;
const keep: IssueStep = { action: 'keep', name, serial: certificate.serial, notAfter: certificate.notAfter };
const issue: IssueStep = { action: 'issue', name, spec, reason: 'expiring', changes: [] };
const declared: Upkeep = { declared: true };

/** A service of the file that is as the file says; say what differs. */
const target = (changes: Partial<ApplyTarget> = {}): ApplyTarget => ({
  ...{ line: 3, upkeep: declared, issue: keep },
  known: { service: { ...service, upkeep: declared }, certificate },
  ...changes,
});

const unlisted = (name: string, upkeep: Upkeep, changes: Partial<Certificate> = {}): UnlistedService => ({
  service: { ...service, name, upkeep },
  certificate: { ...certificate, ...changes },
});

const plan = (targets: readonly ApplyTarget[], others: readonly UnlistedService[] = [], prune = false) =>
  planApply(targets, others, { prune, renewal: {}, critical: { percent: 10 } }, now);
const step = (changes: Partial<ApplyTarget>) => plan([target(changes)]).steps[0]!;

describe('a service of the file', () => {
  test('is kept when it is as the file says', () => {
    expect(plan([target()]).steps).toEqual([{ ...keep, line: 3 }]);
  });

  test('is issued when issue would, with all that changes', () => {
    const drifted = { ...issue, reason: 'spec-changed', changes: ['dns +a'] } as const;
    expect(step({ issue: drifted, upkeep: { ...declared, renewal: { overlap: 60 } } })).toEqual({
      ...drifted,
      line: 3,
      changes: ['dns +a', "overlap the policy's -> 1m"],
    });
  });

  test('is new without changes', () => {
    const fresh: ApplyTarget = { line: 3, upkeep: declared, issue: { ...issue, reason: 'new' } };
    expect(plan([fresh]).steps[0]).toMatchObject({ action: 'issue', reason: 'new', changes: [] });
  });

  test('is left to somebody who brings a request when its key is on its own host', () => {
    const csr = {
      service: { ...service, upkeep: declared },
      certificate: { ...certificate, keySource: 'csr' },
    } as const;
    const left = step({ issue, known: csr });
    expect(left).toMatchObject({ action: 'bring-key', reason: 'expiring' });
    expect([isStuck(left), isChange(left)]).toEqual([true, false]);
    expect(step({ known: csr })).toMatchObject({ action: 'keep' });
  });

  test('waits for its window when it is only due, and not when it changed, is broken, or would wait too long', () => {
    const window = { cron: '0 3 * * *', timezone: 'UTC', duration: 3600 };
    const upkeep: Upkeep = { ...declared, renewal: { window } };
    const known = { service: { ...service, upkeep }, certificate };
    const until = at('2026-11-10T03:00:00Z');
    expect(step({ issue, upkeep, known })).toEqual({ action: 'wait', name, line: 3, reason: 'expiring', until });
    expect(step({ issue: { ...issue, changes: ['dns +a'] }, upkeep, known })).toMatchObject({ action: 'issue' });
    expect(step({ issue: { ...issue, reason: 'expired' }, upkeep, known })).toMatchObject({ action: 'issue' });
    expect(step({ issue, upkeep, known: { service: known.service } })).toMatchObject({ action: 'issue' });
    const ending = { ...certificate, notAfter: at('2026-11-10T04:00:00Z') };
    expect(step({ issue, upkeep, known: { ...known, certificate: ending } })).toMatchObject({
      ...{ action: 'issue', tooLate: until },
    });
  });

  test('is kept up differently while it waits', () => {
    const renewal = { window: { cron: '0 3 * * *', timezone: 'UTC', duration: 3600 } };
    expect(step({ issue, upkeep: { ...declared, renewal } })).toMatchObject({ action: 'update' });
  });

  test('costs no certificate when only its upkeep changes', () => {
    const upkeep: Upkeep = { ...declared, renewal: { threshold: { percent: 50 } } };
    expect(step({ upkeep })).toEqual({
      ...{ action: 'update', name, line: 3, spec, upkeep, deploys: false },
      changes: ["threshold the policy's -> 50%"],
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
    expect(step({ known: { service, certificate } })).toMatchObject({
      action: 'update',
      changes: ['kept by this file from now on'],
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
    const known = { service: { ...service, ...(wasDeclared && { upkeep: declared }) }, certificate };
    expect(step({ issue: { ...issue, reason: 'revoked' }, known, revokedFor })).toMatchObject({ action });
  });
});

describe('a service that the file does not name', () => {
  test('is an orphan when a file declared it, and then told and not touched', () => {
    const { steps } = plan([target()], [unlisted('old', declared)]);
    expect(steps[1]).toEqual({
      ...{ action: 'orphan', name: 'old' },
      ...{ serial: certificate.serial, notAfter: certificate.notAfter },
    });
    expect(steps.some(isChange)).toBe(false);
  });

  test('is pruned when that is asked for', () => {
    const { steps } = plan([target()], [unlisted('old', declared)], true);
    expect(steps[1]).toMatchObject({ action: 'prune', name: 'old' });
  });

  test('has no certificate to lose when it is revoked or expired', () => {
    for (const gone of [{ state: 'revoked' }, { notAfter: at('2026-11-09') }] as const) {
      expect(plan([], [unlisted('old', declared, gone)]).steps).toEqual([{ action: 'orphan', name: 'old' }]);
    }
  });

  test('is counted when it was made by hand and still serves', () => {
    const others = [
      unlisted('a', {}),
      unlisted('b', { renewal: { overlap: 60 } }),
      unlisted('c', {}, { state: 'revoked' }),
      unlisted('d', {}, { notAfter: at('2026-11-09') }),
    ];
    expect(plan([target()], others, true)).toMatchObject({ steps: [{ action: 'keep' }], byHand: 2 });
  });
});

test('more than half of what was declared is too much to prune in passing', () => {
  const named = (count: number) => Array.from({ length: count }, () => target());
  const orphans = (count: number) => Array.from({ length: count }, (_, i) => unlisted(`old-${i}`, declared));
  const fresh: ApplyTarget = { line: 9, upkeep: declared, issue };
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
      const first = step({ upkeep: wanted, known: { service: { ...service, upkeep: before }, certificate } });
      const left = first.action === 'update' ? first.upkeep : before;
      expect(step({ upkeep: wanted, known: { service: { ...service, upkeep: left }, certificate } })).toEqual({
        ...{ ...keep, line: 3 },
      });
    }),
  );
});
