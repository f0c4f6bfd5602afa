import { DerError } from '../../src/pki/der/reader.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { validateSvid } from '../../src/pki/path/spiffe-svid.ts';
import { loadTrustStore } from '../../src/pki/path/trust-store.ts';
import { isSpiffeId, parseTrustDomain } from '../../src/pki/name/spiffe-id.ts';
import { refused, type ConformanceCase, type ConformanceSuite, type Outcome } from './case.ts';
import { pemBytes, readVectors } from './vectors.ts';

interface SvidCase {
  id: string;
  bundles: Readonly<Record<string, readonly string[]>>;
  /** Certificates, the leaf first. */
  chain: readonly string[];
  spec_verdict: 'ACCEPT' | 'REJECT' | 'EITHER';
  time: string;
}

interface IdCase {
  input: string;
  valid: boolean;
  error?: string;
}

export function spiffeSuites(): readonly ConformanceSuite[] {
  const svids = readVectors<{ cases: readonly SvidCase[] }>('spiffe/x509-svid.json');
  const ids = readVectors<{ cases: readonly IdCase[] }>('spiffe/spiffe-ids.json');
  return [
    ...(ids === undefined ? [] : [{ name: 'spiffe ids', cases: ids.cases.map(idCase) }]),
    ...(svids === undefined ? [] : [{ name: 'x509-svids', cases: svids.cases.map(svidCase) }]),
  ];
}

/** Ids that go-spiffe accepts beyond the limits of SPIFFE-ID §2.3; its table marks them with `SPEC:`. */
const idCase = ({ input, valid, error = '' }: IdCase): ConformanceCase => ({
  id: JSON.stringify(input).slice(0, 100),
  expected: valid && !error.startsWith('SPEC:') ? 'accept' : 'refuse',
  run: () => (isSpiffeId(input) ? { accepted: true } : refused('not-a-spiffe-id')),
});

const EXPECTED = { ACCEPT: 'accept', REJECT: 'refuse', EITHER: 'either' } as const;

const svidCase = (vector: SvidCase): ConformanceCase => ({
  id: vector.id,
  expected: EXPECTED[vector.spec_verdict],
  run: () => run(vector),
});

function run({ bundles, chain, time }: SvidCase): Outcome {
  const stores = Object.entries(bundles).map(
    ([domain, roots]) => [parseTrustDomain(domain), loadTrustStore({ anchors: roots.map(pemBytes) })] as const,
  );
  try {
    const [leaf, ...intermediates] = chain.map(pem => readPathCertificate(pemBytes(pem)));
    const verdict = validateSvid(leaf!, new Map(stores), { now: new Date(time), intermediates });
    return verdict.accepted ? { accepted: true } : refused(verdict.reason.code, verdict.reason.message);
  } catch (error) {
    if (error instanceof DerError) return refused('not-der', error.message);
    throw error;
  }
}
