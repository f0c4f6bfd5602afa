import type { Purpose } from '../../src/pki/path/purpose.ts';
import { ask } from './ask.ts';
import { refused, type ConformanceSuite, type Outcome } from './case.ts';
import { pemBytes, readVectors } from './vectors.ts';

interface GoCase {
  id: string;
  expected_result: 'SUCCESS' | 'FAILURE';
  trusted_certs: readonly string[];
  untrusted_intermediates: readonly string[];
  peer_certificate: string;
  validation_time: string;
  requested_ekus_go: readonly number[];
}

/** Values of Go's x509.ExtKeyUsage that we support. One of the requested ones is enough; no request means a server. */
const PURPOSES: Readonly<Record<number, Purpose>> = { 0: 'any', 1: 'server', 2: 'client' };

export function goNameConstraints(): readonly ConformanceSuite[] {
  const vectors = readVectors<{ cases: readonly GoCase[] }>('path/go-name-constraints.json');
  if (vectors === undefined) return [];
  const cases = vectors.cases.map(vector => ({
    id: vector.id,
    expected: vector.expected_result === 'SUCCESS' ? ('accept' as const) : ('refuse' as const),
    run: () => askAny(vector),
  }));
  return [{ name: 'go name constraints', cases }];
}

function askAny(vector: GoCase): Outcome {
  const asked = vector.requested_ekus_go.length === 0 ? [1] : vector.requested_ekus_go;
  const purposes = asked.flatMap(usage => PURPOSES[usage] ?? []);
  const outcomes = purposes.map(purpose =>
    ask(
      pemBytes(vector.peer_certificate),
      { anchors: vector.trusted_certs.map(pemBytes), intermediates: vector.untrusted_intermediates.map(pemBytes) },
      { now: new Date(vector.validation_time), purpose },
    ),
  );
  return outcomes.find(outcome => outcome.accepted) ?? outcomes[0] ?? refused('purpose-not-offered');
}
