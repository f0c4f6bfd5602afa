// Splits a CRL into the fields around its entries, and finds or lists the entries on request.
// Importing, showing, publishing, lint and path validation read CRLs with it; `stream.ts` reads head and tail with it.
// It verifies no signature.
import { holdsAt } from '../bytes.ts';
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { emptySpan, scanEntry } from './entry-span.ts';
import { decodeCrlEntry, type CrlEntry } from './entry.ts';
import { DerReader, type DerTime, type Tolerance } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';
import { decodeExtensions, findExtension, type Extension } from '../extension/extension.ts';
import { decodeAuthorityKeyIdentifier } from '../extension/key-identifier.ts';
import { decodeName, type Name } from '../name/name.ts';
import { OID } from '../oids.ts';
import type { SerialIndex } from './serial-index.ts';

/** A range of bytes, as offsets. */
interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** A CertificateList up to its first entry (RFC 5280 §5.1). */
export interface CrlHead {
  /** tbsCertList with its tag: the bytes that are signed. */
  readonly tbs: Range;
  /** 1 or 2. */
  readonly version: number;
  /** The inner algorithm identifier. */
  readonly innerAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly thisUpdate: DerTime;
  readonly nextUpdate: DerTime | undefined;
  /**
   * The range of the entries; undefined if revokedCertificates is absent, as §5.1.2.6 requires when no certificate is revoked.
   */
  readonly entries: Range | undefined;
  /** The offset of the first byte after the entries. */
  readonly tail: number;
}

/** The fields after the entries. */
export interface CrlTail {
  readonly extensions: readonly Extension[];
  /** The outer identifier; equal to the inner one in a good CRL (§5.1.1.2). */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

export interface ParsedCrl extends CrlHead, CrlTail {
  readonly der: Uint8Array;
  readonly entryCount: number;
  /** Finds an entry without reading the list; absent if the CRL was read once for one question. */
  readonly index?: SerialIndex;
}

/**
 * Decodes strict DER. It reads the structure only; lint and path validation interpret it. It checks every entry and keeps none:
 * `crlEntries` reads them again. The caller limits the size. Throws DerError.
 */
export function decodeCrl(der: Uint8Array): ParsedCrl {
  const head = readCrlHead(der, der.length);
  let entryCount = 0;
  if (head.entries !== undefined) {
    const span = emptySpan();
    for (let at = head.entries.start; at < head.entries.end; at = span.end) {
      scanEntry(der, at, head.entries.end, span);
      entryCount++;
    }
  }
  const tail = readCrlTail(der.subarray(head.tail), head);
  return { der, ...head, ...tail, entryCount };
}

/**
 * Reads the beginning of a CRL of `size` bytes. `prefix` may end anywhere after the first byte of the first entry, so a large CRL
 * can be read in pieces.
 */
export function readCrlHead(prefix: Uint8Array, size: number, tolerance?: Tolerance): CrlHead {
  const outer = new DerReader(prefix, 0, size, tolerance);
  const list = outer.enter(TAG.sequence, 'a CRL');
  outer.finish('a CRL');
  return readTbsCrlHead(list);
}

/** Reads the same from a tbsCertList without signature. Offsets count from the start of the reader's bytes. */
export function readTbsCrlHead(list: DerReader): CrlHead {
  const tbs = list.enter(TAG.sequence, 'tbsCertList');
  const version = readVersion(tbs);
  const innerAlgorithm = decodeAlgorithmIdentifier(tbs, 'the inner signature algorithm');
  const issuer = decodeName(tbs, 'issuer');
  const thisUpdate = tbs.time('thisUpdate');
  const isTime = tbs.peek() === TAG.utcTime || tbs.peek() === TAG.generalizedTime;
  const nextUpdate = isTime ? tbs.time('nextUpdate') : undefined;
  const revoked = tbs.optional(TAG.sequence, 'revokedCertificates');
  return {
    tbs: { start: tbs.elementStart, end: tbs.end },
    version,
    innerAlgorithm,
    issuer,
    thisUpdate,
    nextUpdate,
    entries: revoked === undefined ? undefined : { start: revoked.position, end: revoked.end },
    tail: tbs.position,
  };
}

/** Reads the fields after the entries. `tail` begins at `head.tail` and ends with the CRL. */
export function readCrlTail(tail: Uint8Array, head: CrlHead, tolerance?: Tolerance): CrlTail {
  const tbsEnd = head.tbs.end - head.tail;
  const extensions = readTbsCrlTail(new DerReader(tail, 0, tbsEnd, tolerance), head);
  const reader = new DerReader(tail, tbsEnd, tail.length, tolerance);
  const signatureAlgorithm = decodeAlgorithmIdentifier(reader, 'signatureAlgorithm');
  const signature = reader.wholeBits('signatureValue');
  reader.finish('a CRL');
  return { extensions, signatureAlgorithm, signature };
}

/** Reads the extensions at the end of a tbsCertList. The reader's range begins after the entries. */
export function readTbsCrlTail(tbs: DerReader, head: CrlHead): readonly Extension[] {
  const wrapped = tbs.optional(contextTag(0, true), 'crlExtensions');
  const extensions = wrapped === undefined ? [] : decodeExtensions(wrapped, 'crlExtensions');
  wrapped?.finish('crlExtensions');
  tbs.finish('tbsCertList');
  if (extensions.length > 0 && head.version !== 2) tbs.fault('a version 1 CRL has extensions', 0, 'RFC 5280 §5.1.2.1');
  return extensions;
}

function readVersion(tbs: DerReader): number {
  if (tbs.peek() !== TAG.integer) return 1;
  const at = tbs.position;
  const value = tbs.smallInteger('version');
  if (value !== 1) {
    tbs.fault(`a CRL has the encoded version ${value + 1} (only version 2 is encoded)`, at, 'RFC 5280 §5.1.2.1');
  }
  return value + 1;
}

/** Decodes the entries in the order of the CRL, each on request. */
export function* crlEntries(crl: ParsedCrl): Generator<CrlEntry> {
  if (crl.entries === undefined) return;
  const list = new DerReader(crl.der, crl.entries.start, crl.entries.end);
  while (!list.done) yield decodeCrlEntry(list);
}

/**
 * Finds the entry of a serial number, given as the INTEGER's content octets. Without an index it reads the list once. It decodes only
 * that entry.
 */
export function findCrlEntry(crl: ParsedCrl, serial: Uint8Array): CrlEntry | undefined {
  if (crl.entries === undefined) return undefined;
  const { der, entries, index } = crl;
  if (index !== undefined) {
    const entry = index.find(serial);
    return entry === undefined ? undefined : decodeCrlEntry(new DerReader(der, entry, entries.end));
  }
  const span = emptySpan();
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    if (span.serialEnd - span.serialStart === serial.length && holdsAt(der, span.serialStart, serial)) {
      return decodeCrlEntry(new DerReader(der, span.start, span.end));
    }
  }
  return undefined;
}

/** Returns the listed serial numbers as content octets, in the order of the CRL. */
export function* crlSerials({ der, entries }: ParsedCrl): Generator<Uint8Array> {
  if (entries === undefined) return;
  const span = emptySpan();
  for (let at = entries.start; at < entries.end; at = span.end) {
    scanEntry(der, at, entries.end, span);
    yield der.subarray(span.serialStart, span.serialEnd);
  }
}

/** Returns the signed bytes, tbsCertList with its tag. */
export const crlToBeSigned = (crl: ParsedCrl): Uint8Array => crl.der.subarray(crl.tbs.start, crl.tbs.end);

/** Returns the CRL number (RFC 5280 §5.2.3); undefined if absent. Throws DerError. */
export function crlNumber({ extensions }: CrlTail): bigint | undefined {
  const extension = findExtension(extensions, OID.cRLNumber);
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const number = reader.bigInteger('cRLNumber');
  reader.finish('cRLNumber');
  return number;
}

/** Returns the key identifier of the issuer's key, or undefined (RFC 5280 §5.2.1). Throws DerError. */
export function crlKeyIdentifier({ extensions }: CrlTail): Uint8Array | undefined {
  const extension = findExtension(extensions, OID.authorityKeyIdentifier);
  return extension === undefined ? undefined : decodeAuthorityKeyIdentifier(extension.value).keyIdentifier;
}

/** Recognises a delta CRL. It lists only changes, so it cannot be used without its base CRL (RFC 5280 §5.2.4). */
export const isDeltaCrl = ({ extensions }: CrlTail): boolean =>
  findExtension(extensions, OID.deltaCRLIndicator) !== undefined;
