// Builds the to-be-signed bytes around the entries of a CRL: its number, its dates, and the length of the entries.
// `crl/run/make.ts` and the plan of a rotation call it. Its callers choose number and dates; it signs nothing and reads no entry.
import { concatBytes } from '../bytes.ts';
import { contextTag, integer, lengthSize, sequence, TAG, time, tlv, writeHeader } from '../der/writer.ts';
import { encodeExtension } from '../extension/extension.ts';
import { encodeAuthorityKeyIdentifier } from '../extension/key-identifier.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { OID } from '../oids.ts';

/** The fields of a CRL apart from its issuer and entries. */
export interface CrlHeader {
  /** Strictly greater than the number of every earlier CRL of this issuer (RFC 5280 §5.2.3). */
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * The entries of a CRL: their number, their length in bytes, and chunks of whole entries, read on request. The entries are in
 * ascending order of serial number. A second reading returns the same bytes.
 */
export interface CrlListing {
  readonly count: number;
  readonly byteLength: number;
  chunks(): Iterable<Uint8Array>;
}

/** A tbsCertList without its entries: the bytes before them and the bytes after them. */
export interface PreparedCrl {
  readonly header: CrlHeader;
  readonly entryCount: number;
  readonly entriesLength: number;
  /** From the first byte of tbsCertList to the first byte of the first entry. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Prepares a TBSCertList in the field order of RFC 5280 §5.1.2. The lengths are final; the entries follow during signing. */
export function prepareCrl(
  header: CrlHeader,
  { count, byteLength }: Pick<CrlListing, 'count' | 'byteLength'>,
  issuer: IssuerFacts,
): PreparedCrl {
  const fields = [
    // version 2 (§5.1.2.1)
    integer(1),
    issuer.algorithm.signatureAlgorithmDer,
    // the CA's subject, byte for byte (§5.1.2.3)
    issuer.subject.der,
    time(header.thisUpdate),
    time(header.nextUpdate),
    // absent if no certificate is revoked (§5.1.2.6)
    ...(count === 0 ? [] : [sequenceHeader(byteLength)]),
  ];
  const extensions = sequence(
    encodeExtension(OID.authorityKeyIdentifier, false, encodeAuthorityKeyIdentifier(issuer.keyIdentifier)),
    encodeExtension(OID.cRLNumber, false, integer(header.number)),
  );
  const content = concatBytes(fields);
  const after = tlv(contextTag(0, true), extensions);
  const before = concatBytes([sequenceHeader(content.length + byteLength + after.length), content]);
  return { header, entryCount: count, entriesLength: byteLength, before, after };
}

/** Encodes the tag and length of a SEQUENCE; the caller appends the content. */
export function sequenceHeader(length: number): Uint8Array {
  const out = new Uint8Array(1 + lengthSize(length));
  writeHeader(out, 0, TAG.sequence, length);
  return out;
}
