import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/policy/rules/policy.ts';
import {
  leafNotAfter,
  longestLeaf,
  refuseConstrainedNames,
  requestAsRecorded,
  resolveSpec,
  roundDown,
  type IssuerLimits,
} from '../../../src/policy/rules/decide-spec.ts';
import { requestedSpecFromText, type ServiceText } from '../../../src/service/rules/text.ts';
import { parseDuration } from '../../../src/time/duration.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { dns, ip, SPIFFE } from '../../support/pki/certificate-defects.ts';
import { errorOf } from '../../support/errors.ts';
import { at } from '../../support/pki/rows.ts';

const policy = defaultPolicy(parseTrustDomain('example.org'));
const typed = (text: Partial<ServiceText> = {}) =>
  requestedSpecFromText({ service: 'payments', dns: [], ip: [], tag: [], ...text });
const DAY = 86_400;

describe('a request becomes a spec', () => {
  test('with the policy for missing values', () => {
    expect(resolveSpec(policy, typed(), undefined)).toEqual({
      violations: [],
      spec: {
        spiffeId: 'spiffe://example.org/payments',
        profile: 'svid',
        dns: [],
        ip: [],
        ttl: 30 * DAY,
        keyAlgorithm: 'ecdsa-p256',
        tags: {},
      },
    });
  });

  test('with its own values, each name once in canonical form', () => {
    const { spec } = resolveSpec(
      policy,
      typed({
        id: 'spiffe://example.org/ns/prod/pay',
        dns: ['Payments.example.org', 'payments.example.org'],
        ip: ['::0001', '0:0:0:0:0:0:0:1'],
        ttl: '12h',
        profile: 'server',
        keyAlg: 'ed25519',
        tag: ['team=pay'],
      }),
      '/srv/tls',
    );
    expect(spec).toEqual({
      spiffeId: 'spiffe://example.org/ns/prod/pay',
      profile: 'server',
      dns: ['payments.example.org'],
      ip: ['::1'],
      ttl: 12 * 3600,
      keyAlgorithm: 'ed25519',
      tags: { team: 'pay' },
      out: '/srv/tls',
    });
  });

  test('with every violation of the policy', () => {
    const { violations } = resolveSpec(
      policy,
      typed({ id: 'spiffe://example.com/x', dns: ['example.com'], ip: ['10.0.0.1'], ttl: '91d' }),
      undefined,
    );
    expect(violations.map(({ rule }) => rule)).toEqual([
      'trustDomain',
      'allow.dnsSuffixes',
      'allow.ips',
      'leaf.maxTtl',
    ]);
  });

  test('and a recorded spec makes the same request again', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const text: fc.Arbitrary<ServiceText> = fc.record({
      service: label,
      dns: fc.array(
        label.map(name => `${name}.example.org`),
        { maxLength: 3 },
      ),
      ip: fc.subarray(['127.0.0.1', '::1']),
      ttl: fc.integer({ min: 1, max: 1000 }).map(minutes => `${minutes}m`),
      profile: fc.constantFrom('svid', 'server', 'client'),
      keyAlg: fc.constantFrom('ecdsa-p256', 'rsa-2048'),
      tag: fc.subarray(['a=1', 'b=2']),
    });
    fc.assert(
      fc.property(text, typedText => {
        const request = requestedSpecFromText(typedText);
        const { spec } = resolveSpec(policy, request, '/srv/tls');
        const again = requestAsRecorded(request.service, spec);
        expect(resolveSpec(policy, again, again.out).spec).toEqual(spec);
      }),
    );
  });
});

describe('the options of a service', () => {
  test.each<[Partial<ServiceText>, string]>([
    [{ service: 'Payments' }, 'ERR_SERVICE_NAME'],
    [{ id: 'payments' }, 'ERR_SPIFFE_ID'],
    [{ dns: ['a b'] }, 'ERR_DNS_NAME'],
    [{ ip: ['1.2.3'] }, 'ERR_IP_ADDRESS'],
    [{ ttl: '30' }, 'ERR_DURATION'],
    [{ profile: 'both' }, 'ERR_CHOICE'],
    [{ keyAlg: 'dsa' }, 'ERR_CHOICE'],
    [{ tag: ['team'] }, 'ERR_TAG'],
    [{ out: '' }, 'ERR_FLAG_VALUE'],
  ])('%j is refused: %s', (text, code) => {
    expect(errorOf(() => typed(text))).toMatchObject({ code, exitStatus: 2 });
  });
});

const issuer: IssuerLimits = {
  id: 'issuing-g1',
  tier: 'issuing',
  notBefore: at('2026-11-21'),
  notAfter: at('2026-12-21'),
};
const end = (ttl: string, now: string, notAfterPolicy: 'err' | 'truncate' = 'err') =>
  leafNotAfter('payments', parseDuration(ttl), issuer, notAfterPolicy, at(now));

describe('a leaf expires', () => {
  test('after its lifetime, to the second of its issuer at the latest', () => {
    expect(end('5d', '2026-11-21')).toEqual(at('2026-11-26'));
    expect(end('5d', '2026-12-16')).toEqual(at('2026-12-21'));
  });

  test('with its issuer, or not at all, when that is sooner', () => {
    expect(end('5d', '2026-12-20', 'truncate')).toEqual(at('2026-12-21'));
    const error = errorOf(() => end('5d', '2026-12-16T00:00:01Z'));
    expect(error).toMatchObject({ code: 'ERR_OUTLIVES_ISSUER', exitStatus: 7 });
    expect(error.message).toContain(
      'would expire at 2026-12-21T00:00:01Z, after its issuing CA issuing-g1 (2026-12-21T00:00:00Z)',
    );
  });

  test('within a sixth of the life of its issuer, even when cut', () => {
    for (const notAfterPolicy of ['err', 'truncate'] as const) {
      const error = errorOf(() => end('5d1s', '2026-11-21', notAfterPolicy));
      expect(error).toMatchObject({
        code: 'ERR_TTL_SHARE',
        exitStatus: 7,
        hints: ['with a shorter lifetime: svcauth issue payments --ttl 5d'],
      });
    }
  });

  test('and the lifetime that is suggested instead is one that is let through', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 400_000_000 }), lifetime => {
        const short = { ...issuer, notAfter: new Date(issuer.notBefore.getTime() + lifetime * 1000) };
        const tooLong = longestLeaf(short) + 1;
        const { hints } = errorOf(() => leafNotAfter('x', tooLong, short, 'err', issuer.notBefore));
        const suggested = parseDuration(/--ttl (.*)$/.exec(hints[0]!)![1]!);
        expect(leafNotAfter('x', suggested, short, 'err', issuer.notBefore) <= short.notAfter).toBe(true);
      }),
    );
  });

  test.each([
    [5_256_010, 60 * DAY],
    [86_399, 23 * 3600],
    [3599, 59 * 60],
    [59, 59],
    [1, 1],
  ])('%i seconds are rounded down to %i', (seconds, rounded) => expect(roundDown(seconds)).toBe(rounded));
});

describe('names that verifiers would reject', () => {
  const constrained = {
    ...issuer,
    nameConstraints: { permitted: [dns('example.org')], excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] },
  };

  test('are refused together, each with its constraint', () => {
    const error = errorOf(() => refuseConstrainedNames([SPIFFE, dns('example.com'), ip(10, 1, 1, 1)], constrained));
    expect(error).toMatchObject({ code: 'ERR_CONSTRAINED', exitStatus: 7, hints: ['svcauth ca show issuing-g1'] });
    expect(error.message).toMatch(/example\.com.* is outside .*example\.org.*; .*10\.1\.1\.1.* is excluded by /);
  });

  test('do not include permitted names', () => {
    expect(() => refuseConstrainedNames([SPIFFE, dns('a.example.org'), ip(127, 0, 0, 1)], constrained)).not.toThrow();
    expect(() => refuseConstrainedNames([dns('example.com')], issuer)).not.toThrow();
  });
});
