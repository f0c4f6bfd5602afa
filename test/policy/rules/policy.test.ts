import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/time/duration.ts';
import { policyRefusal } from '../../../src/policy/rules/refusal.ts';
import { defaultPolicy, enforcePolicy, type PolicyRequest } from '../../../src/policy/rules/policy.ts';
import { parseServiceName } from '../../../src/service/rules/name.ts';
import { parseDnsName } from '../../../src/pki/name/dns-name.ts';
import { parseIpAddress } from '../../../src/pki/name/ip-address.ts';
import { parseSpiffeId, parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { formatError } from '../../../src/view/error.ts';

const policy = defaultPolicy(parseTrustDomain('example.org'));

interface Asked {
  id?: string;
  dns?: readonly string[];
  ip?: readonly string[];
  ttl?: string;
  keyAlgorithm?: PolicyRequest['keyAlgorithm'];
}

const request = (asked: Asked): PolicyRequest => ({
  service: parseServiceName('payments'),
  spiffeId: parseSpiffeId(asked.id ?? 'spiffe://example.org/payments'),
  dns: (asked.dns ?? []).map(parseDnsName),
  ip: (asked.ip ?? []).map(parseIpAddress),
  ttl: parseDuration(asked.ttl ?? '30d'),
  keyAlgorithm: asked.keyAlgorithm ?? 'ecdsa-p256',
});

const rules = (asked: Asked, by = policy) => enforcePolicy(by, request(asked)).map(violation => violation.rule);

describe('by default', () => {
  test('names under the trust domain, single-label names, localhost and loopback addresses are allowed', () => {
    const dns = ['example.org', 'a.b.example.org', '*.example.org', 'payments', 'localhost'];
    expect(rules({ dns, ip: ['127.0.0.1', '127.8.8.8', '::1'] })).toEqual([]);
  });

  test.each(['example.net', 'notexample.org', 'example.org.evil', 'localhost.localdomain', '*.org.example'])(
    'the DNS name %s is refused',
    name => {
      expect(rules({ dns: [name] })).toEqual(['allow.dnsSuffixes']);
    },
  );

  test.each(['10.0.0.7', '128.0.0.1', '::2', '::ffff:127.0.0.1', '0.0.0.0'])('the address %s is refused', ip => {
    expect(rules({ ip: [ip] })).toEqual(['allow.ips']);
  });

  test('any path of the trust domain is allowed, the trust domain itself and others are not', () => {
    expect(rules({ id: 'spiffe://example.org/ns/prod/sa/web' })).toEqual([]);
    expect(rules({ id: 'spiffe://example.org' })).toEqual(['allow.spiffePaths']);
    expect(rules({ id: 'spiffe://example.net/payments' })).toEqual(['trustDomain']);
  });

  test('ninety days are the longest, and every key algorithm is allowed', () => {
    expect(rules({ ttl: '90d', keyAlgorithm: 'rsa-4096' })).toEqual([]);
    expect(rules({ ttl: '90d1s' })).toEqual(['leaf.maxTtl']);
  });

  test('a trust domain that is not a DNS name has no names below it', () => {
    expect(defaultPolicy(parseTrustDomain('my_domain')).allow.dnsSuffixes).toEqual([]);
    expect(defaultPolicy(parseTrustDomain('10.0.0.1')).allow.dnsSuffixes).toEqual([]);
  });
});

test('key algorithms that are not listed are refused', () => {
  const strict = { ...policy, allow: { ...policy.allow, keyAlgorithms: ['ecdsa-p384' as const] } };
  expect(rules({}, strict)).toEqual(['allow.keyAlgorithms']);
  expect(rules({ keyAlgorithm: 'ecdsa-p384' }, strict)).toEqual([]);
});

describe('a refusal', () => {
  const violations = enforcePolicy(
    policy,
    request({ dns: ['db.example.net', '*.example.com', 'payments'], ip: ['10.0.0.7'], ttl: '180d' }),
  );

  test('lists everything at once, with the rules and the lines that would allow it', () => {
    const error = policyRefusal(policy, violations);
    expect(error.code).toBe('ERR_POLICY_REFUSED');
    expect(error.exitStatus).toBe(7);
    expect(formatError(error)).toBe(
      `svcauth: error: refused by policy, nothing was issued: 4 problems [ERR_POLICY_REFUSED]
  payments: DNS name "db.example.net" is not below allow.dnsSuffixes (example.org) and does not match allow.dns (*) [allow.dnsSuffixes]
  payments: DNS name "*.example.com" is not below allow.dnsSuffixes (example.org) and does not match allow.dns (*) [allow.dnsSuffixes]
  payments: IP address 10.0.0.7 is not in allow.ips (127.0.0.0/8, ::1/128) [allow.ips]
  payments: ttl 180d is longer than leaf.maxTtl (90d) [leaf.maxTtl]
svcauth: hint: to allow this, set in svcauth.yaml under "allow:" the line: dnsSuffixes: [example.org, db.example.net, example.com]
svcauth: hint: to allow this, set in svcauth.yaml under "allow:" the line: ips: [127.0.0.0/8, '::1/128', '10.0.0.7']
svcauth: hint: to allow this, set in svcauth.yaml under "leaf:" the line: maxTtl: 180d
`,
    );
  });

  test('of another trust domain has no line to add', () => {
    const foreign = enforcePolicy(policy, request({ id: 'spiffe://example.net/payments' }));
    expect(policyRefusal(policy, foreign).hints).toEqual([]);
  });

  test('of a thousand services shows ten and says how many more', () => {
    const many = Array.from({ length: 1000 }, () => violations[0]!);
    const lines = policyRefusal(policy, many).message.split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('and 990 more');
  });
});
