import { DerError, DerReader, type Tolerance } from '../der/reader.ts';
import type { Extension } from '../extension/extension.ts';
import { decodeAuthorityKeyIdentifier } from '../extension/key-identifier.ts';
import { OID, oidName } from '../oids.ts';
import type { CrlHead } from '../crl/parsed.ts';
import type { CrlFacts } from './crl-rules.ts';

/** Reads the extensions of a CRL. With a `tolerance`, it reports faults there instead of in `malformed` and reads on. */
export function crlFacts(head: CrlHead, extensions: readonly Extension[], tolerance?: Tolerance): CrlFacts {
  const facts: { -readonly [K in keyof CrlFacts]: CrlFacts[K] } = {
    head,
    authorityKeyIdentifier: undefined,
    number: undefined,
    malformed: undefined,
    unknown: undefined,
  };
  for (const { oid, critical, value } of extensions) {
    try {
      if (oid === OID.authorityKeyIdentifier) {
        facts.authorityKeyIdentifier = { critical, value: decodeAuthorityKeyIdentifier(value, tolerance) };
      } else if (oid === OID.cRLNumber) {
        const reader = new DerReader(value, 0, value.length, tolerance);
        facts.number = { critical, value: reader.integerBytes('cRLNumber') };
        reader.finish('cRLNumber');
      } else facts.unknown ??= oidName(oid) ?? oid;
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      if (tolerance === undefined) facts.malformed ??= error.message;
      else tolerance(error);
    }
  }
  return facts;
}
