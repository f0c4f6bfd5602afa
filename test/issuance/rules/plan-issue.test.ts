import { describe, expect, test } from 'vitest';
import { planIssue, type IssueTarget } from '../../../src/issuance/rules/plan-issue.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import { renewalTime } from '../../../src/due/rules/time.ts';
import { at, certificateRow, serviceRow } from '../../support/pki/rows.ts';

const { service } = serviceRow();
const { spec } = service;
const issuer = { id: 'issuing-g1', notAfter: at('2027-11-01') };
const draining = new Set(['issuing-g0']);
const active = new Set(['issuing-g1', 'issuing-g8']);
const now = at('2026-11-10');

/** A service whose certificate is good and served; say what differs. */
function target(certificate: Partial<Certificate> = {}, changes: Partial<IssueTarget> = {}): IssueTarget {
  const row = certificateRow(certificate);
  const delivery = {
    service: 'payments',
    serial: row.serial,
    directory: '/srv/payments',
    state: 'delivered',
    updatedAt: now,
  } as const;
  return {
    name: 'payments',
    spec,
    known: { service, certificate: row, delivery },
    files: 'served',
    keyDiffers: false,
    ...changes,
  };
}
const plan = (one: IssueTarget, force = false, when = now) =>
  planIssue([one], { force, issuer, draining, active, renewal: {} }, when)[0]!;
const reason = (one: IssueTarget, force = false, when = now) => {
  const step = plan(one, force, when);
  return step.action === 'issue' ? step.reason : step.action;
};

describe('a certificate is issued', () => {
  test('for a service nobody knows, and for one that has none', () => {
    expect(plan({ name: 'payments', spec, files: 'missing', keyDiffers: false })).toEqual({
      action: 'issue',
      name: 'payments',
      spec,
      reason: 'new',
      changes: [],
    });
    expect(reason({ ...target(), known: { service } })).toBe('new');
  });

  test('on demand, whatever there is', () => expect(reason(target(), true)).toBe('forced'));

  test('when the one there is revoked, and then supersedes nothing', () => {
    const step = plan(target({ state: 'revoked' }));
    expect(step).toMatchObject({ reason: 'revoked' });
    expect(step).not.toHaveProperty('supersedes');
  });

  test('when the one there has expired: notAfter is its last good second', () => {
    const step = plan(target({ notAfter: at('2026-11-10T00:00:00Z'), notBefore: at('2026-11-09T23:59:58Z') }));
    expect(step).toMatchObject({ reason: 'expiring', supersedes: certificateRow().serial });
    expect(reason(target({ notAfter: at('2026-11-09T23:59:59Z') }))).toBe('expired');
  });

  test('when something else is asked for', () => {
    expect(reason(target({}, { spec: { ...spec, dns: ['a.example.org'] } }))).toBe('spec-changed');
    expect(reason(target({}, { keyDiffers: true }))).toBe('key-changed');
    expect(reason(target({ authorityId: 'issuing-g0' }))).toBe('issuer-draining');
    expect(reason(target({ authorityId: 'issuing-g9' }))).toBe('issuer-changed');
    // a rotation that was activated, and does not drain yet
    expect(plan(target({ authorityId: 'issuing-g8' })).action).toBe('keep');
    expect(reason(target({}, { files: 'missing' }))).toBe('files-missing');
    expect(reason(target({}, { files: 'key-missing' }))).toBe('key-missing');
  });

  test('at its renewal time, not before', () => {
    const due = renewalTime(certificateRow());
    expect(reason(target(), false, new Date(due.getTime() - 1000))).toBe('keep');
    expect(reason(target(), false, due)).toBe('expiring');
  });

  test('for the first reason that holds, and by --force only when there is no other', () => {
    const everything = target({ state: 'revoked', authorityId: 'issuing-g0' }, { keyDiffers: true, files: 'missing' });
    expect(reason(everything, true)).toBe('revoked');
    expect(reason(target({ authorityId: 'issuing-g0' }, { keyDiffers: true }), true)).toBe('issuer-draining');
    expect(reason(target({}, { files: 'key-missing' }), true)).toBe('key-missing');
  });

  test('but not again and again for one that ends with its issuer', () => {
    const last = target({ notAfter: issuer.notAfter });
    expect(reason(last, false, at('2027-10-31'))).toBe('keep');
    expect(reason(last, true, at('2027-10-31'))).toBe('forced');
  });
});

describe('a good certificate', () => {
  test('stays', () => {
    const { serial, notAfter } = certificateRow();
    expect(plan(target())).toEqual({ action: 'keep', name: 'payments', serial, notAfter });
  });

  test('is delivered when a crash came before the switch', () => {
    expect(reason(target({}, { files: 'not-switched' }))).toBe('deliver');
  });

  test('is delivered when a crash came between the switch and its record', () => {
    const { known } = target();
    const delivery = known!.delivery!;
    expect(reason(target({}, { known: { ...known!, delivery: { ...delivery, state: 'pending' } } }))).toBe('deliver');
    expect(reason(target({}, { known: { ...known!, delivery: { ...delivery, serial: 'aa' } } }))).toBe('deliver');
    expect(reason(target({}, { known: { service, certificate: known!.certificate! } }))).toBe('deliver');
  });
});

test('every target gets its step, in its place', () => {
  const steps = planIssue(
    [target({}, { name: 'b' }), target({ state: 'revoked' }, { name: 'a' })],
    { force: false, issuer, draining, active, renewal: {} },
    now,
  );
  expect(steps.map(({ name, action }) => [name, action])).toEqual([
    ['b', 'keep'],
    ['a', 'issue'],
  ]);
});
