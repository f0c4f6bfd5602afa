// Builds the to-be-signed bytes around the entries of a CRL, from its number, its dates and the length of its entries.
// `crl/run/make.ts` and the plan of a rotation call it. Its callers choose number and dates; it signs nothing and sees no entry.
import { concatBytes } from '../bytes.ts';
import { contextTag, integer, lengthSize, sequence, TAG, time, tlv, writeHeader } from '../der/writer.ts';
import { encodeExtension } from '../extension/extension.ts';
import { encodeAuthorityKeyIdentifier } from '../extension/key-identifier.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { OID } from '../oids.ts';

/** What is decided about a CRL before it lists anything. */
export interface CrlHeader {
  /** Strictly greater than that of every CRL of this issuer before (RFC 5280 §5.2.3). */
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * The entries of a CRL, without holding them: how many, how long, and the bytes themselves in chunks of whole entries, in
 * the order of the serials' values. Reading twice gives the same bytes.
 */
export interface CrlListing {
  readonly count: number;
  readonly byteLength: number;
  chunks(): Iterable<Uint8Array>;
}

/** A tbsCertList without its entries: what stands before them, and what stands behind. */
export interface PreparedCrl {
  readonly header: CrlHeader;
  readonly entryCount: number;
  readonly entriesLength: number;
  /** From the first byte of tbsCertList to the first byte of the first entry. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** TBSCertList (RFC 5280 §5.1.2), field by field in the RFC's order: the lengths first, the entries when they are signed. */
export function prepareCrl(
  header: CrlHeader,
  { count, byteLength }: Pick<CrlListing, 'count' | 'byteLength'>,
  issuer: IssuerFacts,
): PreparedCrl {
  const fields = [
    // version 2 (§5.1.2.1)
    integer(1),
    issuer.algorithm.signatureAlgorithmDer,
    // byte for byte the CA's subject (§5.1.2.3)
    issuer.subject.der,
    time(header.thisUpdate),
    time(header.nextUpdate),
    // absent when nothing is revoked (§5.1.2.6)
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

/** Tag and length of a SEQUENCE whose content comes later. */
export function sequenceHeader(length: number): Uint8Array {
  const out = new Uint8Array(1 + lengthSize(length));
  writeHeader(out, 0, TAG.sequence, length);
  return out;
}
