import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitString, sequence } from '../../src/pki/der/writer.ts';
import { DerError, type Tolerance } from '../../src/pki/der/reader.ts';
import { certificateFacts, type CertificateFacts } from '../../src/pki/lint/certificate-facts.ts';
import { decodeCertificate } from '../../src/pki/certificate/parsed.ts';
import { encodeParts, goodParts } from '../support/pki/planted-certificate.ts';

const KINDS = ['root', 'issuing', 'svid'] as const;

const GOOD = KINDS.map(kind => {
  const parts = goodParts(kind);
  return sequence(encodeParts(parts), parts.signatureAlgorithm, bitString(new Uint8Array(64).fill(1)));
});

/** Certificates with up to three changed octets. */
const changed = fc
  .tuple(
    fc.constantFrom(...GOOD),
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 0x30, 0x80, 0xff))), { maxLength: 3 }),
  )
  .map(([der, edits]) => {
    const copy = new Uint8Array(der);
    for (const [at, value] of edits) copy[at % copy.length] = value;
    return copy;
  });

/** Reads a certificate; undefined if it throws a DerError. */
function read(der: Uint8Array, tolerance?: Tolerance): CertificateFacts | undefined {
  try {
    return certificateFacts(decodeCertificate(der, tolerance).tbs, tolerance);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

describe('a tolerant reader', () => {
  test('differs from the strict one only after it reported a fault', () => {
    fc.assert(
      fc.property(changed, der => {
        const faults: DerError[] = [];
        const tolerant = read(der, fault => faults.push(fault));
        const strict = read(der);
        const isSound = strict !== undefined && strict.malformed === undefined;
        expect(isSound).toBe(tolerant !== undefined && faults.length === 0);
        if (isSound) expect(tolerant).toEqual(strict);
      }),
      { numRuns: 3000 },
    );
  });
});
