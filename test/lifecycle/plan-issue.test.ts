import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planIssue, sameSpec, type IssueTarget } from '../../src/lifecycle/plan-issue.ts';
import type { Certificate, ServiceSpec } from '../../src/lifecycle/model.ts';
import { at, certificateRow, serviceRow } from '../support/rows.ts';

const { service } = serviceRow();
const { spec } = service;
const issuer = { id: 'issuing-g1', notAfter: at('2027-11-01') };
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
const plan = (one: IssueTarget, force = false, when = now) => planIssue([one], { force, issuer }, when)[0]!;
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
    expect(reason(target({ authorityId: 'issuing-g0' }))).toBe('issuer-changed');
    expect(reason(target({}, { files: 'missing' }))).toBe('files-missing');
  });

  test('at two thirds of its life, not before', () => {
    expect(reason(target(), false, at('2026-11-20T23:59:59Z'))).toBe('keep');
    expect(reason(target(), false, at('2026-11-21'))).toBe('expiring');
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
    { force: false, issuer },
    now,
  );
  expect(steps.map(({ name, action }) => [name, action])).toEqual([
    ['b', 'keep'],
    ['a', 'issue'],
  ]);
});

const specs: fc.Arbitrary<ServiceSpec> = fc.record({
  spiffeId: fc.constantFrom('spiffe://example.org/a', 'spiffe://example.org/b'),
  profile: fc.constantFrom('svid', 'server', 'client'),
  dns: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  ip: fc.uniqueArray(fc.constantFrom('127.0.0.1', '::1')),
  ttl: fc.constantFrom(60, 3600),
  keyAlgorithm: fc.constantFrom('ecdsa-p256', 'ed25519'),
  tags: fc.dictionary(fc.constantFrom('ns', 'env'), fc.constantFrom('x', 'y')),
});

describe('two specs are the same', () => {
  test('in whatever order their names and tags come', () => {
    fc.assert(
      fc.property(specs, one => {
        const { tags, dns, ip } = one;
        const other = {
          ...one,
          dns: dns.toReversed(),
          ip: ip.toReversed(),
          tags: Object.fromEntries(Object.entries(tags).toReversed()),
        };
        expect(sameSpec(one, other)).toBe(true);
      }),
    );
  });

  test('only when every one of their values is', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const sorted = ({ dns, ip, tags, ...rest }: ServiceSpec) => ({
          ...rest,
          dns: dns.toSorted(),
          ip: ip.toSorted(),
          tags,
        });
        let same = true;
        try {
          expect(sorted(one)).toEqual(sorted(other));
        } catch {
          same = false;
        }
        expect(sameSpec(one, other)).toBe(same);
      }),
    );
    expect(sameSpec(spec, { ...spec, out: '/srv/tls' })).toBe(false);
  });
});
