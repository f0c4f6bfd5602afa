import fc from 'fast-check';
import type { RevokedSerial } from '../../../src/pki/crl/entry.ts';
import { CRL_REASONS, type CrlReason } from '../../../src/pki/crl/revocation-reason.ts';

const wholeSeconds = (from: string, to: string): fc.Arbitrary<Date> =>
  fc.integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 }).map(seconds => new Date(seconds * 1000));

/** Makes any revocation the manifest may hold: serials of 1 to 20 octets, every reason, both time forms. */
export const revokedSerials: fc.Arbitrary<RevokedSerial> = fc
  .record({
    serial: fc
      .uint8Array({ minLength: 1, maxLength: 19 })
      .filter(bytes => bytes[0] !== 0)
      .map(bytes => Buffer.from(bytes).toString('hex')),
    revokedAt: wholeSeconds('1990-01-01T00:00:00Z', '2090-01-01T00:00:00Z'),
    reason: fc.constantFrom(...(Object.keys(CRL_REASONS) as CrlReason[])),
    invalidityDate: fc.option(wholeSeconds('1990-01-01T00:00:00Z', '2090-01-01T00:00:00Z'), { nil: undefined }),
  })
  .map(({ invalidityDate, ...rest }) => (invalidityDate === undefined ? rest : { ...rest, invalidityDate }));
