import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCrlEntry } from '../../../src/pki/crl/parsed.ts';
import { DerError, DerReader } from '../../../src/pki/der/reader.ts';
import { integer, octetString, sequence, TAG } from '../../../src/pki/der/writer.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { OID } from '../../../src/pki/oids.ts';
import { pathCrlSteps, readPathCrl, type PathCrl } from '../../../src/pki/path/path-crl.ts';
import { makeCa, makeCrl, UNKNOWN_CRITICAL } from '../../support/pki/path-pki.ts';
import { planted, without } from '../../support/pki/planted-certificate.ts';

const issuer = makeCa({ name: 'issuing' });

function inSteps(der: Uint8Array): { readonly crl: PathCrl; readonly pauses: number } {
  const steps = pathCrlSteps(der);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done === true) return { crl: value, pauses };
  }
}

/** All that path validation reads from a CRL, or the words of the error. */
function outcome(read: () => PathCrl, serials: readonly Uint8Array[]): unknown {
  try {
    const crl = read();
    const { index: _, ...fields } = crl;
    // an entry with a fault is not asked for
    const found = crl.fault === undefined ? serials.map(serial => findCrlEntry(crl, serial)) : [];
    return { fields, found };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return error.message;
  }
}

const contentOf = (serial: number): Uint8Array => {
  const reader = new DerReader(integer(serial)).enter(TAG.integer, 'a serial number');
  return integer(serial).subarray(reader.position);
};

const reason = (code: number): Uint8Array => encodeExtension(OID.reasonCode, false, Uint8Array.of(10, 1, code));
const extensions = fc.constantFrom<Record<string, Uint8Array>>(
  {},
  UNKNOWN_CRITICAL,
  without('cRLNumber'),
  planted('deltaCRLIndicator', true, integer(1)),
);
const entryExtensions = fc.constantFrom(
  undefined,
  reason(1),
  reason(7),
  encodeExtension('1.2.3.4', true, octetString(new Uint8Array())),
  encodeExtension('1.2.3.4', false, octetString(new Uint8Array())),
);

describe('a CRL that is read in steps is the one that is read at once', () => {
  const serial = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }));
  const wanted = fc.record({
    revoked: fc.array(serial, { maxLength: 40 }),
    nextUpdate: fc.constantFrom('2026-06-08', ''),
    extensions,
    entryExtensions,
  });
  const crls = wanted.map(({ entryExtensions: each, ...rest }) => ({
    serials: rest.revoked.map(contentOf),
    der: makeCrl({ issuer, ...rest, ...(each && { entryExtensions: each }) }),
  }));

  test('for good CRLs and those with a fault', () => {
    fc.assert(
      fc.property(crls, fc.array(serial), ({ der, serials }, others) => {
        const asked = [...serials, ...others.map(contentOf)];
        expect(outcome(() => inSteps(der).crl, asked)).toEqual(outcome(() => readPathCrl(der), asked));
      }),
      { numRuns: 200 },
    );
  });

  test('for damaged CRLs', () => {
    const damage = fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), octet: fc.nat(255) });
    fc.assert(
      fc.property(
        crls,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.nat(8),
        ({ der, serials }, places, cut) => {
          const damaged = Uint8Array.from(der);
          for (const { at, octet } of places) damaged[Math.floor(at * damaged.length)] = octet;
          const bytes = cut < 3 ? damaged.subarray(0, damaged.length - cut * 7) : damaged;
          expect(outcome(() => inSteps(bytes).crl, serials)).toEqual(outcome(() => readPathCrl(bytes), serials));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        expect(outcome(() => inSteps(bytes).crl, [])).toEqual(outcome(() => readPathCrl(bytes), []));
      }),
    );
  });
});

test('a long CRL is read with a pause at least every 500 entries, and its index finds each of them', () => {
  const serials = Array.from({ length: 20_000 }, (_, index) => 3 * index + 1);
  const { crl, pauses } = inSteps(makeCrl({ issuer, revoked: serials, entryExtensions: reason(1) }));
  expect(crl.entryCount).toBe(20_000);
  expect(pauses).toBeGreaterThanOrEqual(20_000 / 500 - 1);
  for (const serial of [1, 4, 59_998]) expect(findCrlEntry(crl, contentOf(serial))).toBeDefined();
  expect(findCrlEntry(crl, contentOf(2))).toBeUndefined();
});

test.each([0, 1_000, 1_999])('entry %d: a fault in one of 2,000 entries is found', number => {
  const revoked = Array.from({ length: 2_000 }, (_, index) => 256 + index);
  const damaged = makeCrl({ issuer, revoked, entryExtensions: reason(1) });
  const { start, end } = readPathCrl(damaged).entries!;
  // the reason is the last octet of an entry
  damaged[start + ((end - start) / 2_000) * (number + 1) - 1] = 7;
  expect(inSteps(damaged).crl.fault).toEqual(readPathCrl(damaged).fault);
  expect(inSteps(damaged).crl.fault?.message).toContain('unknown reason 7');
});

test('an empty list of entries is a fault', () => {
  const without = makeCrl({ issuer });
  const { tbs, tail } = readPathCrl(without);
  const outer = new DerReader(without).enter(TAG.sequence, 'a CRL');
  const inner = new DerReader(without, outer.position, tbs.end).enter(TAG.sequence, 'tbsCertList');
  const empty = sequence(
    sequence(without.subarray(inner.position, tail), sequence(), without.subarray(tail, tbs.end)),
    without.subarray(tbs.end),
  );
  expect(readPathCrl(empty).fault?.code).toBe('crl-malformed');
  expect(inSteps(empty).crl).toMatchObject({ entryCount: 0, fault: { code: 'crl-malformed' } });
});
