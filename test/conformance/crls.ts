import { DerError } from '../../src/pki/der/reader.ts';
import { startBudget, DEFAULT_LIMITS } from '../../src/pki/path/budget.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { readPathCrl } from '../../src/pki/path/path-crl.ts';
import type { Refusal } from '../../src/pki/path/refusal.ts';
import { revocationRefusal } from '../../src/pki/path/revocation.ts';
import { refused, type ConformanceCase, type ConformanceSuite, type Outcome } from './case.ts';
import { base64Bytes, readVectors } from './vectors.ts';

interface BoringsslCrls {
  verify_time: string;
  cases: readonly {
    id: string;
    expected_status: 'GOOD' | 'REVOKED' | 'UNKNOWN';
    blocks: readonly { type: string; der_b64: string }[];
  }[];
}

interface WebpkiCrls {
  cases: readonly { id: string; der_b64: string; hint: string }[];
}

export function crlSuites(): readonly ConformanceSuite[] {
  const boringssl = readVectors<BoringsslCrls>('revocation/boringssl-crl.json');
  const webpki = readVectors<WebpkiCrls>('revocation/webpki-crls.json');
  return [
    ...(boringssl === undefined ? [] : [{ name: 'boringssl crls', cases: boringsslCases(boringssl) }]),
    ...(webpki === undefined ? [] : [{ name: 'webpki crls', cases: webpki.cases.map(webpkiCase) }]),
  ];
}

function boringsslCases({ cases, verify_time }: BoringsslCrls): readonly ConformanceCase[] {
  return cases.map(({ id, expected_status, blocks }) => {
    const of = (type: string) => blocks.filter(block => block.type.startsWith(type)).map(b => base64Bytes(b.der_b64));
    return {
      id,
      expected: expected_status === 'GOOD' ? 'accept' : 'refuse',
      ...(expected_status === 'REVOKED' && { reason: 'revoked' }),
      run: () => typed(() => status(of('CERTIFICATE')[0]!, of('CA CERTIFICATE'), of('CRL')[0]!, new Date(verify_time))),
    };
  });
}

function status(target: Uint8Array, authorities: readonly Uint8Array[], crl: Uint8Array, now: Date): Outcome {
  const certificate = readPathCertificate(target);
  const found = revocationRefusal(certificate, {
    crls: [readPathCrl(crl)].filter(({ issuerName }) => issuerName === certificate.issuerName),
    signers: authorities.map(readPathCertificate),
    isTrusted: () => true,
    now,
    budget: startBudget(DEFAULT_LIMITS),
  });
  return outcomeOf(found);
}

/** Makes a case of a file. If its hint leaves the result open, it must only not crash or take long. Some are certificates. */
function webpkiCase({ id, der_b64, hint }: WebpkiCrls['cases'][number]): ConformanceCase {
  const der = base64Bytes(der_b64);
  const expected = hint === 'parse' ? 'accept' : /^reject(?!-or-)/.test(hint) ? 'refuse' : 'either';
  const asCrl = (): Outcome => {
    const { fault, gap } = readPathCrl(der);
    return outcomeOf(fault ?? gap);
  };
  return {
    id,
    expected,
    run: () => {
      const outcome = typed(asCrl);
      const isCrl = outcome.accepted || outcome.code !== 'not-der';
      return isCrl ? outcome : typed(() => outcomeOf(readPathCertificate(der).fault));
    },
  };
}

const outcomeOf = (found: Refusal | undefined): Outcome =>
  found === undefined ? { accepted: true } : refused(found.code, found.message);

function typed(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof DerError) return refused('not-der', error.message);
    throw error;
  }
}
