import { describe, expect, test } from 'vitest';
import { planCertificates, type PlanOptions } from '../../../src/issuance/rules/plan.ts';
import { supersedes, toDeploy, toIssue } from '../../../src/issuance/rules/planned.ts';
import type { ServiceFacts } from '../../../src/issuance/rules/facts.ts';
import type { Requested } from '../../../src/issuance/rules/requested.ts';
import { renewalTime } from '../../../src/due/rules/time.ts';
import { parseDnsName } from '../../../src/pki/name/dns-name.ts';
import { parseServiceName } from '../../../src/service/rules/name.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import type { Deployment } from '../../../src/record/deployment.ts';
import type { ServiceRow } from '../../../src/record/service.ts';
import { issuanceFacts, requestedRow, serviceFacts } from '../../support/issuance.ts';
import { goodParts, ISSUING, LEAF_PUBLIC_KEY, signParts } from '../../support/pki/planted-certificate.ts';
import { at, certificateRow, serviceRow } from '../../support/pki/rows.ts';

const now = at('2026-11-10');
const { service } = serviceRow();
const { spec } = service;
const deployment: Deployment = {
  ...{ service: 'payments', serial: certificateRow().serial, directory: '/srv', state: 'deployed' },
  updatedAt: now,
};

interface Target {
  readonly requested: Requested;
  readonly about: ServiceFacts;
}

/** A service whose certificate is good and served; say what differs. */
const target = (
  certificate: Partial<Certificate> = {},
  about: Partial<ServiceFacts> = {},
  requested: Partial<Requested> = {},
): Target => ({
  requested: requestedRow(requested),
  about: serviceFacts({ service, certificate: certificateRow(certificate), deployment }, about),
});
const known = (row: Partial<ServiceRow>): Target => ({
  requested: requestedRow(),
  about: serviceFacts({ ...target().about.known!, ...row }),
});
const plan = ({ requested, about }: Target, options: Partial<PlanOptions> = {}, when = now) =>
  planCertificates([requested], issuanceFacts({ payments: about }), { force: false, ...options }, when)[0]!;
const reason = (one: Target, force = false, when = now) => {
  const planned = plan(one, { force }, when);
  return planned.action === 'issue' ? planned.reason : planned.action;
};
/** The service, described by names of its own. */
const described = { asRecorded: false, spec: { ...requestedRow().spec, dns: [parseDnsName('a.example.org')] } };
const brings = (publicKey: Uint8Array) =>
  ({ key: { source: 'csr', publicKey, publicKeyBits: new Uint8Array() } }) as const;
const der = signParts(goodParts('svid'), ISSUING);

describe('reasons to issue', () => {
  test('a service without a certificate gets one, whether it is known or not', () => {
    const requested = requestedRow();
    expect(plan({ requested, about: serviceFacts(undefined, { files: 'missing' }) })).toEqual({
      ...{ action: 'issue', service: 'payments', requested, spec, directory: '/srv', key: requested.key },
      ...{ reason: 'new', changes: [], violations: [], undeployed: false, isNew: true },
      ...{ notBefore: at('2026-11-09T23:59:00Z'), notAfter: at('2026-12-10') },
    });
    expect(plan({ requested, about: serviceFacts({ service }) })).toMatchObject({ reason: 'new', isNew: false });
  });

  test('--force issues in any state', () => expect(reason(target(), true)).toBe('forced'));

  test('a revoked certificate leads to a new one that supersedes nothing', () => {
    const step = plan(target({ state: 'revoked' }));
    expect(step).toMatchObject({ reason: 'revoked' });
    expect(supersedes(step)).toBeUndefined();
  });

  test('a certificate is expired one second after notAfter', () => {
    const step = plan(target({ notAfter: at('2026-11-10T00:00:00Z'), notBefore: at('2026-11-09T23:59:58Z') }));
    expect(step).toMatchObject({ reason: 'expiring' });
    expect(supersedes(step)).toBe(certificateRow().serial);
    expect(reason(target({ notAfter: at('2026-11-09T23:59:59Z') }))).toBe('expired');
  });

  test('a changed configuration leads to a new certificate', () => {
    expect(reason(target({}, {}, described))).toBe('spec-changed');
    expect(reason(target({ der }, {}, brings(new Uint8Array([1]))))).toBe('key-changed');
    expect(reason(target({ der }, {}, brings(LEAF_PUBLIC_KEY)))).toBe('keep');
    expect(reason(target({ authorityId: 'issuing-g0' }))).toBe('issuer-draining');
    expect(reason(target({ authorityId: 'issuing-g9' }))).toBe('issuer-changed');
    // a rotation that was activated, and does not drain yet
    expect(plan(target({ authorityId: 'issuing-g8' })).action).toBe('keep');
    expect(reason(target({}, { files: 'missing' }))).toBe('files-missing');
    expect(reason(target({}, { files: 'key-missing' }))).toBe('key-missing');
  });

  test('a certificate is renewed at its renewal time and not before', () => {
    const due = renewalTime(certificateRow());
    expect(reason(target(), false, new Date(due.getTime() - 1000))).toBe('keep');
    expect(reason(target(), false, due)).toBe('expiring');
  });

  test('the first reason that applies counts, and --force is the last', () => {
    const key = brings(new Uint8Array([1]));
    const everything = target({ der, state: 'revoked', authorityId: 'issuing-g0' }, { files: 'missing' }, key);
    expect(reason(everything, true)).toBe('revoked');
    expect(reason(target({ der, authorityId: 'issuing-g0' }, {}, key), true)).toBe('issuer-draining');
    expect(reason(target({}, { files: 'key-missing' }), true)).toBe('key-missing');
  });

  test('a certificate that expires with its issuer is not renewed repeatedly', () => {
    const last = target({ notAfter: at('2027-11-01') });
    expect(reason(last, false, at('2027-10-31'))).toBe('keep');
    expect(reason(last, true, at('2027-10-31'))).toBe('forced');
  });
});

describe('a good certificate', () => {
  test('a good certificate stays', () => {
    const { serial, notAfter } = certificateRow();
    expect(plan(target())).toMatchObject({ action: 'keep', service: 'payments', current: { serial, notAfter } });
  });

  test('a good certificate is deployed after a crash before the switch', () => {
    expect(reason(target({}, { files: 'not-switched' }))).toBe('deploy');
  });

  test('a good certificate is deployed after a crash between the switch and its record', () => {
    expect(reason(known({ deployment: { ...deployment, state: 'pending' } }))).toBe('deploy');
    expect(reason(known({ deployment: { ...deployment, serial: 'aa' } }))).toBe('deploy');
    const { deployment: _, ...undeployed } = target().about.known!;
    expect(reason({ requested: requestedRow(), about: serviceFacts(undeployed) })).toBe('deploy');
  });
});

describe('a spec', () => {
  test('a service that is requested by name keeps its spec, except the algorithm of a supplied key', () => {
    const dns = ['a.example.org'];
    const recorded = { ...target().about.known!, service: { ...service, spec: { ...spec, dns } } };
    const one = { requested: requestedRow(), about: serviceFacts(recorded) };
    expect(plan(one)).toMatchObject({ action: 'keep', spec: { dns } });
    const rsa = requestedRow({ spec: { ...requestedRow().spec, keyAlgorithm: 'rsa-2048' } });
    expect(plan({ ...one, requested: rsa })).toMatchObject({
      ...{ reason: 'spec-changed', spec: { dns, keyAlgorithm: 'rsa-2048' } },
    });
    expect(plan({ ...one, requested: requestedRow({ asRecorded: false }) })).toMatchObject({
      ...{ reason: 'spec-changed', spec: { dns: [] } },
    });
  });

  test('a spec contains a directory that is not the default one', () => {
    const about = { directory: '/etc/tls', isDefaultDirectory: false };
    expect(plan(target({}, about))).toMatchObject({ directory: '/etc/tls', spec: { out: '/etc/tls' } });
    expect(plan(target()).spec).not.toHaveProperty('out');
  });

  test('a plan contains all violations of the policy, also if no certificate is due', () => {
    const example = { ...requestedRow().spec, dns: [parseDnsName('example.com')] };
    const bad = target({}, {}, { asRecorded: false, spec: example });
    expect(plan(bad).violations).toMatchObject([{ service: 'payments', rule: 'allow.dnsSuffixes' }]);
  });
});

describe('a refusal', () => {
  test('a certificate is refused if it would outlive its CA or has names that its CA does not permit', () => {
    const late = plan(target(), { force: true }, at('2027-10-20'));
    expect(late).toMatchObject({ action: 'issue', refusal: { code: 'ERR_OUTLIVES_ISSUER' } });
    expect(toIssue([late])).toEqual([]);
    const cut = plan(target(), { force: true, notAfterPolicy: 'truncate' }, at('2027-10-20'));
    expect(cut).toMatchObject({ notAfter: at('2027-11-01') });
    expect(toIssue([cut])).toEqual([cut]);
    const [issuer] = issuanceFacts({}).chain;
    const excluding = {
      ...issuer,
      nameConstraints: { permitted: [], excluded: [{ type: 'dns', value: 'example.org' }] },
    };
    const facts = issuanceFacts({ payments: target().about }, { chain: [issuer, excluding as never] });
    const [refused] = planCertificates([requestedRow(described)], facts, { force: false }, now);
    expect(refused).toMatchObject({ refusal: { code: 'ERR_CONSTRAINED' } });
  });

  test('a key on another host is not replaced by accident, and never with a configuration', () => {
    const away = { keySource: 'csr' } as const;
    const due = at('2026-11-30');
    expect(plan(target(away))).not.toHaveProperty('refusal');
    expect(plan(target(away), {}, due)).toMatchObject({ refusal: { code: 'ERR_KEY_NOT_BROUGHT' } });
    const again = { asRecorded: false, spec: { ...requestedRow().spec, service: parseServiceName('payments') } };
    expect(plan(target(away, {}, again))).toMatchObject({ action: 'keep', refusal: { code: 'ERR_KEY_NOT_BROUGHT' } });
    expect(plan(target({ ...away, der }, {}, brings(LEAF_PUBLIC_KEY)), {}, due)).not.toHaveProperty('refusal');
    expect(plan(target(away), { force: true }, due)).not.toHaveProperty('refusal');
  });
});

describe('holds by the source of the request', () => {
  const window = { cron: '0 3 * * *', timezone: 'UTC', duration: 3600 };
  const held = (source: Requested['source'], certificate: Partial<Certificate>, about: Partial<ServiceFacts> = {}) => {
    const upkeep = { declared: true as const, renewal: { window } };
    const one = target(certificate, about, { source, upkeep });
    const row = { ...one.about.known!, service: { ...service, upkeep } };
    const planned = plan({ ...one, about: { ...one.about, known: row } }, { allowExpired: 0 }, at('2026-11-25'));
    return planned.action === 'leave' ? planned.because : planned.action;
  };

  test.each<[string, Partial<Certificate>, Partial<ServiceFacts>, [string, string, string]]>([
    ['a closed window', {}, {}, ['issue', 'wait', 'wait']],
    ['a key on another host', { keySource: 'csr', notAfter: at('2026-11-20') }, {}, ['issue', 'csr', 'csr']],
    ['a key on another host behind a closed window', { keySource: 'csr' }, {}, ['issue', 'wait', 'csr']],
    ['an expiry longer ago than is allowed', { notAfter: at('2026-11-20') }, {}, ['issue', 'issue', 'expired']],
    ['a withdrawal', { state: 'revoked' }, { revokedFor: 'privilegeWithdrawn' }, ['issue', 'revoked', 'revoked']],
  ])('%s', (_, certificate, about, expected) => {
    expect((['command', 'file', 'due'] as const).map(source => held(source, certificate, about))).toEqual(expected);
  });

  test('a services file puts back a service that no file declared before', () => {
    const upkeep = { declared: true } as const;
    const one = target({ state: 'revoked' }, { revokedFor: 'cessationOfOperation' }, { source: 'file', upkeep });
    expect(plan(one)).toMatchObject({ action: 'issue', reason: 'revoked' });
  });

  test('the window of the request counts, but not for a changed configuration', () => {
    const upkeep = { renewal: { window, threshold: { percent: 10 } } };
    expect(plan(target({}, {}, { source: 'file', upkeep }))).toMatchObject({ action: 'wait' });
    const drained = { authorityId: 'issuing-g0' };
    expect(plan(target(drained, {}, { source: 'file', upkeep }))).toMatchObject({ action: 'wait' });
    expect(plan(target(drained, {}, { source: 'file', upkeep, ...described }))).toMatchObject({
      ...{ action: 'issue', reason: 'issuer-draining' },
    });
  });
});

test('a certificate that waits for its window is still deployed if that is pending', () => {
  const renewal = { window: { cron: '0 3 * * *', timezone: 'UTC', duration: 3600 } };
  const pending = known({ deployment: { ...deployment, state: 'pending' } });
  const requested = requestedRow({ source: 'file', upkeep: { renewal } });
  const waiting = plan({ ...pending, requested }, {}, at('2026-11-25'));
  expect(waiting).toMatchObject({ action: 'wait', undeployed: true });
  expect(toDeploy([waiting])).toEqual([waiting]);
  const issued = plan(pending, { force: true });
  expect([toDeploy([issued]), toIssue([issued])]).toEqual([[], [issued]]);
});

test('plans are in the order of the requests', () => {
  const facts = issuanceFacts({ a: target({ state: 'revoked' }).about, b: target().about });
  const requests = [requestedRow({ service: 'b' }), requestedRow({ service: 'a' })];
  const planned = planCertificates(requests, facts, { force: false }, now);
  expect(planned.map(({ service: name, action }) => [name, action])).toEqual([
    ['b', 'keep'],
    ['a', 'issue'],
  ]);
});
