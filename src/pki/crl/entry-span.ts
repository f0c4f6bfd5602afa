// Finds where the parts of a CRL entry begin and end, fast enough for long CRLs.
// All code that walks a CRL calls it: reading, streaming, lint and path validation. It copies no bytes and keeps no entry.
import { decodeCrlEntry } from './entry.ts';
import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';

/**
 * The offsets of the parts of one entry in the bytes it was scanned from. Callers fill one object for all entries, so a CRL with
 * a million entries does not create a million objects.
 */
export interface EntrySpan {
  start: number;
  /** The first content octet of the serial number. */
  serialStart: number;
  serialEnd: number;
  /** The tag of the revocation date. */
  dateStart: number;
  /** The first byte of the extensions; equal to `end` if there are none. */
  extensionsStart: number;
  end: number;
}

export const emptySpan = (): EntrySpan => ({
  start: 0,
  serialStart: 0,
  serialEnd: 0,
  dateStart: 0,
  extensionsStart: 0,
  end: 0,
});

/**
 * Finds the parts of the entry that begins at `start`, as strictly as `decodeCrlEntry`; throws DerError. It recognises the usual
 * form byte by byte (short lengths, a UTCTime, at most a reason) and decodes every other form.
 */
export function scanEntry(bytes: Uint8Array, start: number, end: number, span: EntrySpan): void {
  span.start = start;
  if (!scanUsual(bytes, start, end, span)) scanAny(bytes, start, end, span);
}

function scanUsual(bytes: Uint8Array, start: number, end: number, span: EntrySpan): boolean {
  const length = bytes[start + 1]!;
  if (bytes[start] !== TAG.sequence || !(length < 0x80)) return false;
  const next = start + 2 + length;
  if (next > end || bytes[start + 2] !== TAG.integer) return false;
  const serialLength = bytes[start + 3]!;
  const serial = start + 4;
  const date = serial + serialLength;
  if (serialLength === 0 || date + 15 > next) return false;
  const first = bytes[serial]!;
  if (serialLength > 1 && (first === 0 || first === 0xff)) {
    // not minimal if the next octet has the same sign bit
    if (first >>> 7 === bytes[serial + 1]! >>> 7) return false;
  }
  if (!isUsualTime(bytes, date)) return false;
  const extensions = date + 15;
  if (extensions !== next && !(next - extensions === 14 && isReasonOnly(bytes, extensions))) return false;
  span.serialStart = serial;
  span.serialEnd = date;
  span.dateStart = date;
  span.extensionsStart = extensions;
  span.end = next;
  return true;
}

/** Recognises a UTCTime with a day from 1 to 28, which exists in every month. */
function isUsualTime(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === TAG.utcTime &&
    bytes[at + 1] === 13 &&
    bytes[at + 14] === 0x5a &&
    isNumber(bytes, at + 2, 0, 99) &&
    isNumber(bytes, at + 4, 1, 12) &&
    isNumber(bytes, at + 6, 1, 28) &&
    isNumber(bytes, at + 8, 0, 23) &&
    isNumber(bytes, at + 10, 0, 59) &&
    isNumber(bytes, at + 12, 0, 59)
  );
}

/** Recognises two decimal digits from `least` to `most`, both inclusive. */
function isNumber(bytes: Uint8Array, at: number, least: number, most: number): boolean {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  const value = tens * 10 + ones;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && value >= least && value <= most;
}

/** Recognises extensions with only a reasonCode, up to the code itself. Unrolled, because a loop takes four times as long. */
function isReasonOnly(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x30 &&
    bytes[at + 1] === 0x0c &&
    bytes[at + 2] === 0x30 &&
    bytes[at + 3] === 0x0a &&
    bytes[at + 4] === 0x06 &&
    bytes[at + 5] === 0x03 &&
    bytes[at + 6] === 0x55 &&
    bytes[at + 7] === 0x1d &&
    bytes[at + 8] === 0x15 &&
    bytes[at + 9] === 0x04 &&
    bytes[at + 10] === 0x03 &&
    bytes[at + 11] === 0x0a &&
    bytes[at + 12] === 0x01
  );
}

/** Decides that a scanned entry has no extensions, or only a reason that can be read. */
export const hasPlainExtensions = (bytes: Uint8Array, { extensionsStart, end }: EntrySpan): boolean =>
  extensionsStart === end ||
  (end - extensionsStart === 14 && isReasonOnly(bytes, extensionsStart) && bytes[end - 1]! < 0x80);

function scanAny(bytes: Uint8Array, start: number, end: number, span: EntrySpan): void {
  const list = new DerReader(bytes, start, end);
  decodeCrlEntry(list);
  const entry = new DerReader(bytes, start, end).enter(TAG.sequence, 'a revoked certificate');
  const serial = entry.enter(TAG.integer, 'a revoked serial number');
  span.serialStart = serial.position;
  span.serialEnd = serial.end;
  span.dateStart = entry.position;
  entry.time('a revocation date');
  span.extensionsStart = entry.position;
  span.end = entry.end;
}
