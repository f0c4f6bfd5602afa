import { parseTrustDomain } from '../../src/pki/name/spiffe-id.ts';
import { defaultPolicy } from '../../src/policy/rules/policy.ts';
import { parseServiceName } from '../../src/service/rules/name.ts';
import type { ServiceRow } from '../../src/record/service.ts';
import type { IssuanceFacts, ServiceFacts } from '../../src/issuance/rules/facts.ts';
import type { Requested } from '../../src/issuance/rules/requested.ts';
import { at } from './pki/rows.ts';

/** Requests and facts for the planner: a good policy, and `issuing-g1` signs until November 2027. A test states only differences. */

export const POLICY = defaultPolicy(parseTrustDomain('example.org'));

const ISSUER = { id: 'issuing-g1', tier: 'issuing', notBefore: at('2026-11-01'), notAfter: at('2027-11-01') } as const;

export function requestedRow(changes: Partial<Requested> & { readonly service?: string } = {}): Requested {
  const { service = 'payments', ...rest } = changes;
  return {
    ...{ source: 'command', asRecorded: true, key: { source: 'generated' } },
    spec: { service: parseServiceName(service), dns: [], ip: [], tags: {} },
    ...rest,
  };
}

export const serviceFacts = (known: ServiceRow | undefined, changes: Partial<ServiceFacts> = {}): ServiceFacts => ({
  ...{ directory: '/srv', isDefaultDirectory: true, files: 'served' },
  ...(known && { known }),
  ...changes,
});

export const issuanceFacts = (
  services: Readonly<Record<string, ServiceFacts>>,
  changes: Partial<IssuanceFacts> = {},
): IssuanceFacts => ({
  policy: POLICY,
  issuer: ISSUER,
  chain: [ISSUER],
  draining: new Set(['issuing-g0']),
  active: new Set(['issuing-g1', 'issuing-g8']),
  services: new Map(Object.entries(services)),
  ...changes,
});
