import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../../../src/record/service.ts';
import { specChanges } from '../../../src/service/rules/spec-change.ts';

const spec: ServiceSpec = {
  spiffeId: 'spiffe://example.org/web',
  profile: 'svid',
  dns: ['web.example.org', 'www.example.org'],
  ip: [],
  ttl: 30 * 86_400,
  keyAlgorithm: 'ecdsa-p256',
  tags: { team: 'web' },
};

test('every change shows the old and the new value', () => {
  const after: ServiceSpec = {
    spiffeId: 'spiffe://example.org/site',
    profile: 'server',
    dns: ['web.example.org', 'cdn.example.org'],
    ip: ['127.0.0.1'],
    ttl: 43_200,
    keyAlgorithm: 'ed25519',
    tags: { team: 'site' },
    out: '/srv/tls',
  };
  expect(specChanges(spec, after)).toEqual([
    'spiffe id spiffe://example.org/web -> spiffe://example.org/site',
    'profile svid -> server',
    'dns -www.example.org +cdn.example.org',
    'ip +127.0.0.1',
    'ttl 30d -> 12h',
    'key algorithm ecdsa-p256 -> ed25519',
    'tags -team=web +team=site',
    'directory default -> /srv/tls',
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
  test('specs are equal in any order of names and tags', () => {
    fc.assert(
      fc.property(specs, one => {
        const { tags, dns, ip } = one;
        const other = {
          ...one,
          dns: dns.toReversed(),
          ip: ip.toReversed(),
          tags: Object.fromEntries(Object.entries(tags).toReversed()),
        };
        expect(specChanges(one, other)).toEqual([]);
      }),
    );
  });

  test('specs are equal only if all values are equal', () => {
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
        expect(specChanges(one, other).length === 0).toBe(same);
      }),
    );
  });
});
