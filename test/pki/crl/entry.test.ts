import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../../src/pki/bytes.ts';
import { decodeCrlEntry, encodeCrlEntry, entryInvalidityDate, entryReason } from '../../../src/pki/crl/entry.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { serialToHex } from '../../../src/pki/certificate/serial-number.ts';
import { revokedSerials } from '../../support/pki/revoked-serials.ts';

const AT = new Date('2026-11-01T12:00:00Z');

test('an entry without a reason has no extensions', () => {
  const der = encodeCrlEntry({ serial: '0a', revokedAt: AT, reason: 'unspecified' });
  expect(toHex(der)).toBe('301202010a170d3236313130313132303030305a');
});

test('a serial number with its top bit set is encoded as positive', () => {
  const der = encodeCrlEntry({ serial: 'ff', revokedAt: AT, reason: 'unspecified' });
  expect(toHex(der).slice(4, 12)).toBe('020200ff');
});

test('the reason is an ENUMERATED in a non-critical extension', () => {
  const der = encodeCrlEntry({ serial: '0a', revokedAt: AT, reason: 'keyCompromise' });
  expect(toHex(der)).toContain('300c300a0603551d1504030a0101');
});

test('encodes a revocation from 2050 on as GeneralizedTime, and every invalidity date', () => {
  const revokedAt = new Date('2050-01-01T00:00:00Z');
  const der = encodeCrlEntry({ serial: '0a', revokedAt, reason: 'unspecified', invalidityDate: AT });
  expect(Buffer.from(der).toString('latin1')).toContain('20500101000000Z');
  expect(Buffer.from(der).toString('latin1')).toContain('20261101120000Z');
});

test('decodes every encoded entry to the same values', () => {
  fc.assert(
    fc.property(revokedSerials, revoked => {
      const reader = new DerReader(encodeCrlEntry(revoked));
      const entry = decodeCrlEntry(reader);
      reader.finish('an entry');
      expect(serialToHex(entry.serial)).toBe(revoked.serial);
      expect(entry.revocationDate.date).toEqual(revoked.revokedAt);
      expect(entryReason(entry)).toBe(revoked.reason);
      expect(entryInvalidityDate(entry)).toEqual(revoked.invalidityDate);
    }),
  );
});
