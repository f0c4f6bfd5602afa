/** Encodes DER (X.690 §10) with definite, minimal lengths. The caller passes fields in the order of the RFC. */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;

/** Returns the context-specific tag `[number]`. It is constructed except for an IMPLICIT primitive. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** Returns the number of length octets for a content of `length` bytes. */
export function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x10000) return 3;
  if (length < 0x1000000) return 4;
  return 5;
}

/** Writes tag and length at `offset`; returns the offset of the content. */
export function writeHeader(out: Uint8Array, offset: number, tag: number, length: number): number {
  out[offset++] = tag;
  const size = lengthSize(length);
  if (size === 1) {
    out[offset++] = length;
    return offset;
  }
  out[offset++] = 0x80 | (size - 1);
  for (let shift = (size - 2) * 8; shift >= 0; shift -= 8) out[offset++] = (length >>> shift) & 0xff;
  return offset;
}

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(1 + lengthSize(length) + length);
  let offset = writeHeader(out, 0, tag, length);
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tlv(TAG.sequence, ...parts);

/** Encodes a SET OF, with the elements sorted as octet strings (X.690 §11.6). */
export function setOf(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.set, ...[...elements].sort((a, b) => Buffer.compare(a, b)));
}

export const octetString = (content: Uint8Array): Uint8Array => tlv(TAG.octetString, content);

/** Encodes a BIT STRING of whole bytes (no unused bits), for keys and signatures. */
export const bitString = (content: Uint8Array): Uint8Array => tlv(TAG.bitString, Uint8Array.of(0), content);

/** Encodes a named bit list without trailing zero bits (X.690 §11.2.2). Bit 0 is the most significant bit of the first byte. */
export function namedBits(bits: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...bits);
  if (highest < 0) return tlv(TAG.bitString, Uint8Array.of(0));
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return tlv(TAG.bitString, Uint8Array.of(7 - (highest & 7)), bytes);
}

export const DER_NULL: Uint8Array = Uint8Array.of(TAG.null, 0);
export const DER_TRUE: Uint8Array = Uint8Array.of(TAG.boolean, 1, 0xff);

/** Encodes a non-negative INTEGER from its big-endian magnitude: minimal, with a leading zero if the top bit is set. */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const bytes = magnitude.subarray(start);
  if (bytes.length === 0) return Uint8Array.of(TAG.integer, 1, 0);
  return bytes[0]! & 0x80 ? tlv(TAG.integer, Uint8Array.of(0), bytes) : tlv(TAG.integer, bytes);
}

/** Encodes a non-negative INTEGER from a number or bigint. */
export function integer(value: number | bigint): Uint8Array {
  let hex = BigInt(value).toString(16);
  if (hex.startsWith('-')) throw new RangeError('negative integers are not used in X.509');
  if (hex.length % 2 !== 0) hex = `0${hex}`;
  return unsignedInteger(new Uint8Array(Buffer.from(hex, 'hex')));
}

const oidCache = new Map<string, Uint8Array>();

/** Encodes an OBJECT IDENTIFIER from dotted decimal. */
export function oid(dotted: string): Uint8Array {
  const cached = oidCache.get(dotted);
  if (cached !== undefined) return cached;
  const arcs = dotted.split('.').map(Number);
  const [first, second, ...rest] = arcs;
  if (first === undefined || second === undefined || arcs.some(a => !Number.isSafeInteger(a) || a < 0)) {
    throw new RangeError(`not an object identifier: ${dotted}`);
  }
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) groups.unshift((high % 128) | 0x80);
    bytes.push(...groups);
  }
  const der = tlv(TAG.oid, Uint8Array.from(bytes));
  oidCache.set(dotted, der);
  return der;
}

export function ascii(tag: number, text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError('not ASCII');
    out[i] = code;
  }
  return tlv(tag, out);
}

export const utf8String = (text: string): Uint8Array => tlv(TAG.utf8String, new TextEncoder().encode(text));

/** Encodes a time as RFC 5280 §4.1.2.5 requires: UTCTime through 2049, GeneralizedTime from 2050; seconds, no fraction, Z. */
export function time(date: Date): Uint8Array {
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050 ? utcTime(date) : generalizedTime(date);
}

export const generalizedTime = (date: Date): Uint8Array => ascii(TAG.generalizedTime, compactTime(date));
const utcTime = (date: Date): Uint8Array => ascii(TAG.utcTime, compactTime(date).slice(2));

/** Formats a date as `YYYYMMDDHHMMSSZ`. */
function compactTime(date: Date): string {
  const iso = date.toISOString();
  if (iso.length !== 24) throw new RangeError(`the year ${date.getUTCFullYear()} does not fit an X.509 time`);
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}
