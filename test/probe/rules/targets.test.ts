import { describe, expect, test } from 'vitest';
import type { Service } from '../../../src/record/service.ts';
import { probeTargets, type ProbeRequest } from '../../../src/probe/rules/targets.ts';
import { formatSocketAddress, parseSocketAddress } from '../../../src/pki/name/socket-address.ts';
import { errorOf } from '../../support/errors.ts';

describe('an address', () => {
  test.for([
    ['payments.example.org:8443', 'payments.example.org', 8443],
    ['localhost:1', 'localhost', 1],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['[::1]:443', '::1', 443],
  ] as const)('%s', ([text, host, port]) => {
    expect(parseSocketAddress(text)).toEqual({ host, port });
    expect(formatSocketAddress({ host, port })).toBe(text);
  });

  test.for([
    'localhost',
    '::1:443',
    'a:0',
    'a:65536',
    'a b:1',
    ':1',
    '[a]:1',
    '*.example.org:1',
    '-a:1',
    'https://a:1',
  ])('not %s', text => {
    expect(errorOf(() => parseSocketAddress(text)).code).toBe('ERR_ADDRESS');
  });
});

const service = (name: string, changes: Partial<Service['spec']> = {}) => ({
  service: {
    name,
    spec: {
      ...{ spiffeId: `spiffe://example.org/${name}`, profile: 'svid', dns: [], ip: [], ttl: 1, tags: {} },
      ...{ keyAlgorithm: 'ecdsa-p256', ...changes },
    },
  } as Service,
});

const ROWS = [
  service('payments', { dns: ['*.example.org', 'pay.example.org'] }),
  service('ledger', { ip: ['10.0.0.8'] }),
  service('tagged', { tags: { probe: '10.0.0.9:9' }, dns: ['t.example.org'] }),
  service('lost'),
];

/** `service@address/name asked for`. */
function targets(request: Partial<ProbeRequest>): readonly string[] {
  const found = probeTargets({ words: [], connect: [], ...request }, ROWS);
  return found.map(each => `${each.service?.name ?? ''}@${formatSocketAddress(each.address)}/${each.serverName ?? ''}`);
}

describe('the targets', () => {
  test('the address that is typed, then the one that is tagged, then the own name with --port', () => {
    expect(targets({ port: 8443 })).toEqual([
      'payments@pay.example.org:8443/pay.example.org',
      'ledger@10.0.0.8:8443/',
      'tagged@10.0.0.9:9/t.example.org',
    ]);
    expect(targets({ words: ['tagged'], connect: ['tagged=127.0.0.1:1'] })).toEqual([
      'tagged@127.0.0.1:1/t.example.org',
    ]);
  });

  test('are all services with an address by default, and with --connect alone the ones it names', () => {
    expect(targets({})).toEqual(['tagged@10.0.0.9:9/t.example.org']);
    expect(targets({ connect: ['lost=127.0.0.1:1'] })).toEqual(['lost@127.0.0.1:1/']);
    expect(targets({ connect: ['lost=127.0.0.1:1'], port: 2 })).toHaveLength(4);
  });

  test('an address has no service, and a host name is also the server name', () => {
    expect(targets({ words: ['pay.example.org:1', '10.0.0.1:2'] })).toEqual([
      '@pay.example.org:1/pay.example.org',
      '@10.0.0.1:2/',
    ]);
    expect(targets({ words: ['10.0.0.1:2'], serverName: 'x.org' })).toEqual(['@10.0.0.1:2/x.org']);
  });

  test.for([
    [{ words: ['lost', 'tagged'] }, 'ERR_PROBE_ADDRESS', 'no address known for lost'],
    [{ words: ['lsot'] }, 'ERR_SERVICE_UNKNOWN', 'no service "lsot" in the manifest'],
    [{ connect: ['lsot=a:1'] }, 'ERR_PROBE_CONNECT', '--connect "lsot=a:1" names no known service'],
    [{ connect: ['lost'] }, 'ERR_PROBE_CONNECT', '--connect "lost" names no known service'],
    [{ connect: ['lost=a'] }, 'ERR_ADDRESS', undefined],
  ] as const)('%j is refused', ([request, code, message]) => {
    const error = errorOf(() => targets(request));
    expect(error.code).toBe(code);
    if (message !== undefined) expect(error.message).toBe(message);
  });

  test('is an error if no service has an address', () => {
    const request = { words: [], connect: [] };
    expect(errorOf(() => probeTargets(request, [service('lost')])).message).toBe('no service has a known address');
  });
});
