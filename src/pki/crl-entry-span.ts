import { decodeCrlEntry } from './crl-entry.ts';
import { DerReader } from './der-reader.ts';
import { TAG } from './der-writer.ts';

/**
 * Where the parts of one entry lie, as offsets into the bytes it was scanned from. One object is filled again and again:
 * a million entries are walked without making a million objects.
 */
export interface EntrySpan {
  start: number;
  /** The serial's content octets. */
  serialStart: number;
  serialEnd: number;
  /** The time's tag. */
  dateStart: number;
  /** Where the extensions begin; equal to `end` when there are none. */
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

// Extensions that hold nothing but a reasonCode, up to the reason itself
const REASON_ONLY = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);

/**
 * Finds the parts of the entry that begins at `start`, as strictly as `decodeCrlEntry` reads it; throws DerError. The usual
 * shape (short lengths, a UTCTime, at most a reason) is recognised byte by byte, everything else is decoded.
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
    // not minimal when the sign of the next octet says the same
    if (first >>> 7 === bytes[serial + 1]! >>> 7) return false;
  }
  if (!isUsualTime(bytes, date)) return false;
  const extensions = date + 15;
  if (extensions !== next) {
    if (next - extensions !== REASON_ONLY.length + 1) return false;
    for (let i = 0; i < REASON_ONLY.length; i++) if (bytes[extensions + i] !== REASON_ONLY[i]) return false;
  }
  span.serialStart = serial;
  span.serialEnd = date;
  span.dateStart = date;
  span.extensionsStart = extensions;
  span.end = next;
  return true;
}

/** A UTCTime of a day that every month has. */
function isUsualTime(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== TAG.utcTime || bytes[at + 1] !== 13 || bytes[at + 14] !== 0x5a) return false;
  for (let i = at + 2; i < at + 14; i++) {
    const byte = bytes[i]!;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  const month = twoDigits(bytes, at + 4);
  const day = twoDigits(bytes, at + 6);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    twoDigits(bytes, at + 8) < 24 &&
    twoDigits(bytes, at + 10) < 60 &&
    twoDigits(bytes, at + 12) < 60
  );
}

const twoDigits = (bytes: Uint8Array, at: number): number => bytes[at]! * 10 + bytes[at + 1]! - 528;

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
