import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, equalBytes } from '../../../src/pki/bytes.ts';
import { encodeCrlEntry, entryReason, type RevokedSerial } from '../../../src/pki/crl/entry.ts';
import { readCrlStream } from '../../../src/pki/crl/stream.ts';
import { DerError } from '../../../src/pki/der/reader.ts';
import type { Issuer } from '../../../src/pki/certificate/issuer.ts';
import { requireLinted } from '../../../src/pki/lint/gate.ts';
import { lintCrl } from '../../../src/pki/lint/lint-crl.ts';
import {
  crlEntries,
  crlKeyIdentifier,
  crlNumber,
  crlToBeSigned,
  decodeCrl,
  findCrlEntry,
} from '../../../src/pki/crl/parsed.ts';
import { prepareCrl, type CrlListing } from '../../../src/pki/crl/prepare.ts';
import { serialToHex } from '../../../src/pki/certificate/serial-number.ts';
import { verifySignature } from '../../../src/pki/key/signature.ts';
import { crlDer, signCrl } from '../../../src/pki/crl/signed.ts';
import { crlIssuer } from '../../support/pki/crl-issuer.ts';
import { revokedSerials } from '../../support/pki/revoked-serials.ts';

const HEADER = {
  number: 1763683200n,
  thisUpdate: new Date('2026-11-21T00:00:00Z'),
  nextUpdate: new Date('2026-12-05T00:00:00Z'),
};
/** A header with a thisUpdate after every revocation of the generator. */
const LATE = {
  ...HEADER,
  thisUpdate: new Date('2095-01-01T00:00:00Z'),
  nextUpdate: new Date('2095-01-15T00:00:00Z'),
};
const ISSUER = crlIssuer();

function listingOf(revoked: readonly RevokedSerial[]): CrlListing {
  const entries = revoked.map(encodeCrlEntry);
  return {
    count: entries.length,
    byteLength: entries.reduce((sum, entry) => sum + entry.length, 0),
    chunks: () => entries,
  };
}

function sign(revoked: readonly RevokedSerial[], issuer: Issuer = ISSUER, header = HEADER): Uint8Array {
  const listing = listingOf(revoked);
  const prepared = prepareCrl(header, listing, issuer);
  const linted = requireLinted(lintCrl(prepared, { issuer, previousNumber: undefined }));
  const signed = signCrl(linted, listing.chunks(), issuer);
  const der = concatBytes([...crlDer(signed, listing.chunks())]);
  expect(der.length).toBe(signed.byteLength);
  return der;
}

const inPieces = (der: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(der.length / size) }, (_, i) => der.subarray(i * size, (i + 1) * size));

/** Revocations with distinct serial numbers, in ascending order. */
const revocations = fc
  .uniqueArray(revokedSerials, { selector: revoked => revoked.serial, maxLength: 60 })
  .map(list => list.sort((a, b) => (BigInt(`0x${a.serial}`) < BigInt(`0x${b.serial}`) ? -1 : 1)));

// one RSA length is enough, because longer ones only take longer
test.each(['ecdsa-p256', 'ecdsa-p384', 'ed25519', 'rsa-2048'] as const)(
  'an empty CRL of %s says who, when and which, and nothing else',
  name => {
    const issuer = crlIssuer(name);
    const crl = decodeCrl(sign([], issuer));
    expect(crl).toMatchObject({ version: 2, entries: undefined, entryCount: 0 });
    expect(crl.thisUpdate.date).toEqual(HEADER.thisUpdate);
    expect(crl.nextUpdate?.date).toEqual(HEADER.nextUpdate);
    expect(equalBytes(crl.issuer.der, issuer.subject.der)).toBe(true);
    expect(crlNumber(crl)).toBe(HEADER.number);
    expect(crlKeyIdentifier(crl)).toEqual(issuer.keyIdentifier);
    expect(crl.extensions).toHaveLength(2);
    expect(verifySignature(crl.signatureAlgorithm, issuer.publicKey, crlToBeSigned(crl), crl.signature)).toBe(true);
  },
);

test('decodes any list of revocations to the same entries', () => {
  fc.assert(
    fc.property(revocations, revoked => {
      const crl = decodeCrl(sign(revoked, ISSUER, LATE));
      expect(crl.entryCount).toBe(revoked.length);
      const read = [...crlEntries(crl)].map(entry => [serialToHex(entry.serial), entryReason(entry)]);
      expect(read).toEqual(revoked.map(({ serial, reason }) => [serial, reason]));
      for (const { serial } of crlEntries(crl)) expect(findCrlEntry(crl, serial)?.serial).toEqual(serial);
    }),
  );
});

test('reads the same from a CRL in pieces of any size', () => {
  fc.assert(
    fc.property(revocations, fc.integer({ min: 1, max: 3000 }), (revoked, size) => {
      const der = sign(revoked, ISSUER, LATE);
      const whole = decodeCrl(der);
      const streamed = readCrlStream(inPieces(der, size), der.length, ISSUER.publicKey);
      expect(streamed).toMatchObject({ entryCount: revoked.length, signatureValid: true, tbs: whole.tbs });
      expect(crlNumber(streamed)).toBe(HEADER.number);
    }),
  );
});

test('reads a large CRL in pieces that end at any byte', () => {
  const revoked = Array.from({ length: 5000 }, (_, i) => ({
    serial: (0x4000_0000 + i).toString(16),
    revokedAt: HEADER.thisUpdate,
    reason: i % 2 === 0 ? ('superseded' as const) : ('unspecified' as const),
  }));
  const der = sign(revoked);
  for (const size of [4099, 65_536, der.length]) {
    const streamed = readCrlStream(inPieces(der, size), der.length, ISSUER.publicKey);
    expect(streamed).toMatchObject({ entryCount: 5000, signatureValid: true });
  }
});

test('one changed byte is a DerError or an invalid signature when read in pieces', () => {
  const der = sign([{ serial: '0a', revokedAt: HEADER.thisUpdate, reason: 'keyCompromise' }]);
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Uint8Array.from(der);
      damaged[at]! ^= flip;
      try {
        const streamed = readCrlStream([damaged], damaged.length, ISSUER.publicKey);
        const outerChanged = !equalBytes(streamed.signatureAlgorithm.der, streamed.innerAlgorithm.der);
        expect(streamed.signatureValid && !outerChanged).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }),
  );
});

test('rejects a truncated CRL in pieces and as a whole', () => {
  const der = sign([{ serial: '0a', revokedAt: HEADER.thisUpdate, reason: 'keyCompromise' }]);
  for (let length = 0; length < der.length; length++) {
    expect(() => readCrlStream([der.subarray(0, length)], der.length, ISSUER.publicKey)).toThrow(DerError);
  }
});

test('does not verify with another key', () => {
  const der = sign([]);
  expect(readCrlStream([der], der.length, crlIssuer().publicKey).signatureValid).toBe(false);
});

test('signs nothing if an entry breaks a rule', () => {
  const late = { serial: '0a', revokedAt: HEADER.nextUpdate, reason: 'keyCompromise' as const };
  expect(() => sign([late])).toThrow('is after thisUpdate');
  const early = { ...late, revokedAt: HEADER.thisUpdate };
  expect(() => sign([{ ...early, serial: '0b' }, early])).toThrow('comes after the larger');
});
