import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from '../../../src/pki/bytes.ts';
import { emptySpan, scanEntry } from '../../../src/pki/crl/entry-span.ts';
import { decodeCrlEntry, encodeCrlEntry } from '../../../src/pki/crl/entry.ts';
import { checkCrlValues } from '../../../src/pki/crl/values.ts';
import { DerError, DerReader } from '../../../src/pki/der/reader.ts';
import { bitString, integer, sequence, time } from '../../../src/pki/der/writer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { crlEntries, decodeCrl, findCrlEntry, type ParsedCrl } from '../../../src/pki/crl/parsed.ts';
import { reportCrl, reportCrlEntries } from '../../../src/pki/report/crl-report.ts';
import { revokedSerials } from '../../support/pki/revoked-serials.ts';
import { describeCorpus, describeVectors } from '../../support/vectors.ts';

const ISSUER = encodeName([[OID.commonName, 'Test Issuing g1']]);
const { signatureAlgorithmDer } = KEY_ALGORITHMS['ecdsa-p256'];
const NOW = new Date('2026-11-21T00:00:00Z');

/** Makes a CRL without extensions and with a signature of three octets, which is enough for the reader. */
function crlOf(...revoked: Uint8Array[]): Uint8Array {
  const tbs = sequence(integer(1), signatureAlgorithmDer, ISSUER, time(NOW), time(NOW), ...revoked);
  return sequence(tbs, signatureAlgorithmDer, bitString(Uint8Array.of(1, 2, 3)));
}

/** Reads every value of a CRL. Once `checkCrlValues` has passed, none of these calls throws. */
function readAll(der: Uint8Array): ParsedCrl {
  const crl = decodeCrl(der);
  checkCrlValues(crl);
  const { entryCount } = trusted(() => reportCrl(crl, NOW));
  const listed = trusted(() => [...reportCrlEntries(crl)]);
  expect(listed).toHaveLength(entryCount);
  return crl;
}

function trusted<T>(ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    throw new Error('a value that was checked cannot be read', { cause });
  }
}

test('a CRL without revoked certificates has no revokedCertificates', () => {
  const crl = decodeCrl(crlOf());
  expect(crl).toMatchObject({ version: 2, entries: undefined, entryCount: 0 });
  expect([...crlEntries(crl)]).toEqual([]);
  expect(findCrlEntry(crl, Uint8Array.of(1))).toBeUndefined();
});

test('finds the entry of a serial number, and none for a prefix of it', () => {
  const entries = ['0a', '0a0b', '0b'].map(serial =>
    encodeCrlEntry({ serial, revokedAt: NOW, reason: 'keyCompromise' }),
  );
  const crl = decodeCrl(crlOf(sequence(...entries)));
  expect(findCrlEntry(crl, Uint8Array.of(0x0a, 0x0b))?.serial).toEqual(Uint8Array.of(0x0a, 0x0b));
  expect(findCrlEntry(crl, Uint8Array.of(0x0b, 0x0a))).toBeUndefined();
});

test.each([
  ['trailing bytes', (der: Uint8Array) => concatBytes([der, Uint8Array.of(0)])],
  ['a cut', (der: Uint8Array) => der.subarray(0, -1)],
  ['an entry cut inside', () => crlOf(sequence(Uint8Array.of(0x30, 0x03, 0x02, 0x01)))],
  ['an entry without a date', () => crlOf(sequence(sequence(integer(1))))],
  ['a serial that is not minimal', () => crlOf(sequence(sequence(Uint8Array.of(2, 2, 0, 1), time(NOW))))],
  ['an empty list of entry extensions', () => crlOf(sequence(sequence(integer(1), time(NOW), sequence())))],
  ['two lists of entries', () => crlOf(sequence(), sequence())],
])('refuses %s', (_what, damage) => {
  expect(() => decodeCrl(damage(crlOf()))).toThrow(DerError);
});

test('checkCrlValues finds a reason or a date that cannot be read', () => {
  const negative = encodeCrlEntry({ serial: '0a', revokedAt: NOW, reason: 'keyCompromise' });
  negative[negative.length - 1] = 0x80;
  const crl = decodeCrl(crlOf(sequence(negative)));
  expect(() => checkCrlValues(crl)).toThrow('reasonCode is negative');
});

test('scanEntry and decodeCrlEntry agree on every input', () => {
  const damaged = fc
    .tuple(revokedSerials, fc.nat(), fc.nat(255), fc.boolean())
    .map(([revoked, index, byte, damage]) => {
      const der = encodeCrlEntry(revoked);
      if (damage) der[index % der.length] = byte;
      return der;
    });
  fc.assert(
    fc.property(damaged, der => {
      const list = new DerReader(der);
      const span = emptySpan();
      let serial: Uint8Array;
      try {
        ({ serial } = decodeCrlEntry(list));
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
        expect(() => scanEntry(der, 0, der.length, span)).toThrow(DerError);
        return;
      }
      scanEntry(der, 0, der.length, span);
      expect(span.end).toBe(list.position);
      expect(der.subarray(span.serialStart, span.serialEnd)).toEqual(serial);
    }),
    { numRuns: 3000 },
  );
});

describeCorpus('corpora/crl.jsonl', 'CRLs from a fuzzer', items => {
  test('any changed CRL is decoded or is a DerError', () => {
    let parsed = 0;
    for (const { name, bytes } of items) {
      try {
        readAll(bytes);
        parsed++;
      } catch (error) {
        if (!(error instanceof DerError)) throw new Error(`${name} is not a DerError`, { cause: error });
      }
    }
    expect(parsed).toBeGreaterThan(0);
  });
});

interface BoringCase {
  readonly id: string;
  readonly must_not_parse_or_not_apply: boolean;
  readonly blocks: readonly { readonly type: string; readonly der_b64: string }[];
}

describeVectors<{ cases: readonly BoringCase[] }>('revocation/boringssl-crl.json', 'CRLs of BoringSSL', ({ cases }) => {
  test.each(cases.flatMap(({ id, blocks }) => blocks.filter(b => b.type === 'CRL').map(b => [id, b.der_b64] as const)))(
    '%s is a value or a DerError',
    (_id, b64) => {
      expectValueOrDerError(b64);
    },
  );
});

describeVectors<{ cases: readonly { id: string; der_b64: string }[] }>(
  'revocation/webpki-crls.json',
  'CRLs of webpki',
  ({ cases }) => {
    test.each(cases.map(({ id, der_b64 }) => [id, der_b64] as const))('%s is a value or a DerError', (_id, b64) => {
      expectValueOrDerError(b64);
    });
  },
);

function expectValueOrDerError(b64: string): void {
  try {
    readAll(new Uint8Array(Buffer.from(b64, 'base64')));
  } catch (error) {
    expect(error).toBeInstanceOf(DerError);
  }
}
