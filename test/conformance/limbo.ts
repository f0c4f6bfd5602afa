import type { Identity } from '../../src/pki/path/identity.ts';
import { realNow } from '../support/real-clock.ts';
import { ask } from './ask.ts';
import type { ConformanceCase, ConformanceSuite } from './case.ts';
import { pemBytes, readVectors } from './vectors.ts';

interface LimboCase {
  id: string;
  features: readonly string[];
  trusted_certs: readonly string[];
  untrusted_intermediates: readonly string[];
  peer_certificate: string;
  validation_time: string | null;
  validation_kind: 'SERVER' | 'CLIENT';
  expected_peer_name: { kind: string; value: string } | null;
  crls?: readonly string[];
  max_chain_depth: number | null;
  expected_result: 'SUCCESS' | 'FAILURE' | 'EITHER';
}

/** Cases in our scope: not the web's PKI, not live sites, and not the cases that upstream calls pedantic. */
const isCore = ({ id, features }: LimboCase): boolean =>
  !/^(webpki|online)::/.test(id) && !features.some(feature => feature.startsWith('pedantic-'));

export function limboSuites(): readonly ConformanceSuite[] {
  return [
    suite('limbo core', 'path/limbo.json', isCore),
    suite('bettertls path building', 'path/bettertls-pathbuilding.json'),
    suite('bettertls name constraints', 'path/bettertls-nameconstraints.json'),
    suite('uri name constraints', 'path/uri-name-constraints.json'),
  ].filter(found => found !== undefined);
}

function suite(
  name: string,
  path: string,
  keep: (limboCase: LimboCase) => boolean = () => true,
): ConformanceSuite | undefined {
  const vectors = readVectors<{ cases: readonly LimboCase[] }>(path);
  return vectors && { name, cases: vectors.cases.filter(keep).map(limboCase) };
}

const EXPECTED = { SUCCESS: 'accept', FAILURE: 'refuse', EITHER: 'either' } as const;

function limboCase(vector: LimboCase): ConformanceCase {
  const depth = vector.max_chain_depth;
  const identity = identityOf(vector.expected_peer_name);
  const crls = vector.crls ?? [];
  return {
    id: vector.id,
    expected: EXPECTED[vector.expected_result],
    run: () =>
      ask(
        pemBytes(vector.peer_certificate),
        {
          anchors: vector.trusted_certs.map(pemBytes),
          intermediates: vector.untrusted_intermediates.map(pemBytes),
          ...(crls.length > 0 && { crls: crls.map(pemBytes) }),
        },
        {
          now: vector.validation_time === null ? realNow() : new Date(vector.validation_time),
          purpose: vector.validation_kind === 'CLIENT' ? 'client' : 'server',
          ...(identity && { identity }),
          ...(depth !== null && { limits: { depth } }),
        },
      ),
  };
}

function identityOf(name: LimboCase['expected_peer_name']): Identity | undefined {
  if (name?.kind === 'DNS') return { dns: name.value };
  return name?.kind === 'IP' ? { ip: name.value } : undefined;
}
