import type { Purpose } from '../../src/pki/path/purpose.ts';
import { ask } from './ask.ts';
import { refused, type ConformanceSuite, type Outcome } from './case.ts';
import { base64Bytes, readVectors } from './vectors.ts';

interface ChainCase {
  id: string;
  /** Certificates, the target first. */
  chain_der_b64: readonly string[];
  expected_result: 'SUCCESS' | 'FAIL' | 'FAILURE';
  last_cert_trust: string;
  utc_time: string;
  key_purpose: string;
}

/** Purposes in our scope. BoringSSL's strict forms demand more than RFC 5280, and its other purposes are not for TLS. */
const PURPOSES: Readonly<Record<string, Purpose>> = { ANY_EKU: 'any', SERVER_AUTH: 'server', CLIENT_AUTH: 'client' };

export function boringsslChains(): readonly ConformanceSuite[] {
  const vectors = readVectors<{ cases: readonly ChainCase[] }>('path/boringssl-verify-chain.json');
  if (vectors === undefined) return [];
  const cases = vectors.cases.map(vector => ({
    id: vector.id,
    expected: vector.expected_result === 'SUCCESS' ? ('accept' as const) : ('refuse' as const),
    run: () => run(vector),
  }));
  return [{ name: 'boringssl chains', cases }];
}

function run(vector: ChainCase): Outcome {
  const purpose = PURPOSES[vector.key_purpose];
  if (purpose === undefined) return refused('purpose-not-offered', vector.key_purpose);
  const [target, ...others] = vector.chain_der_b64.map(base64Bytes);
  const anchor = others.pop() ?? target!;
  const trusted = vector.last_cert_trust.startsWith('TRUSTED_ANCHOR');
  return ask(
    target!,
    { anchors: trusted ? [anchor] : [], intermediates: others },
    { now: utcTime(vector.utc_time), purpose },
  );
}

/** Reads YYMMDDHHMMSSZ. */
function utcTime(text: string): Date {
  const [year, month, day, hour, minute, second] = (text.match(/\d\d/g) ?? []).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new Date(Date.UTC((year < 50 ? 2000 : 1900) + year, month - 1, day, hour, minute, second));
}
