// Reads a CRL of any length in one pass: fields, number of entries, and validity of the signature.
// `crl/run` reads CRL files of the home with it, after signing and later. It applies no lint rule.
import { emptySpan, scanEntry } from './entry-span.ts';
import { DerError } from '../der/reader.ts';
import { readCrlHead, readCrlTail, type CrlHead, type CrlTail } from './parsed.ts';
import type { PublicKeyInfo } from '../key/public-key-info.ts';
import { startVerification, type VerificationStream } from '../key/signature-stream.ts';

export interface StreamedCrl extends CrlHead, CrlTail {
  readonly entryCount: number;
  /** True if the given key made the signature. */
  readonly signatureValid: boolean;
}

/** The most bytes before the first entry, far more than a CA's name needs (some hundred bytes). */
const HEAD_LIMIT = 65_536;

/**
 * Reads a CRL of `size` bytes in pieces, as strictly as `decodeCrl`, with one piece in memory at a time. The caller may overwrite
 * a piece once the next is requested. Throws DerError.
 */
export function readCrlStream(pieces: Iterable<Uint8Array>, size: number, key: PublicKeyInfo): StreamedCrl {
  const window = slidingWindow();
  let head: CrlHead | undefined;
  let verification: VerificationStream | undefined;
  let entryCount = 0;
  for (const piece of pieces) {
    const pieceStart = window.end;
    window.append(piece);
    if (head === undefined) {
      if (window.end < Math.min(size, HEAD_LIMIT)) continue;
      // a copy, because the buffer changes before the fields of the head are used
      head = readCrlHead(window.bytes.slice(), size);
      verification = startVerification(head.innerAlgorithm, key);
      verification.update(window.bytes.subarray(head.tbs.start, head.tbs.end));
      window.skip(head.entries?.start ?? head.tail);
    } else {
      verification!.update(piece.subarray(0, Math.max(0, head.tbs.end - pieceStart)));
    }
    if (head.entries !== undefined) entryCount += readEntries(window, head.entries.end);
  }
  if (head === undefined || window.start !== head.tail) throw new DerError('a CRL is cut short', window.end);
  const tail = readCrlTail(window.bytes.slice(), head);
  return { ...head, ...tail, entryCount, signatureValid: verification!.finish(tail.signature) };
}

/** The unread bytes of a CRL; the buffer is reused for every piece. */
interface Window {
  /** The offset of the first unread byte in the CRL. */
  readonly start: number;
  /** The offset of the next piece in the CRL. */
  readonly end: number;
  /** Valid until the next `append`. */
  readonly bytes: Uint8Array;
  append(piece: Uint8Array): void;
  skip(count: number): void;
}

function slidingWindow(): Window {
  let buffer = new Uint8Array(0);
  let from = 0;
  let to = 0;
  let start = 0;
  return {
    get start() {
      return start;
    },
    get end() {
      return start + to - from;
    },
    get bytes() {
      return buffer.subarray(from, to);
    },
    append(piece) {
      const kept = to - from;
      const larger = kept + piece.length > buffer.length ? new Uint8Array(2 * (kept + piece.length)) : buffer;
      if (larger === buffer) buffer.copyWithin(0, from, to);
      else larger.set(buffer.subarray(from, to));
      larger.set(piece, kept);
      [buffer, from, to] = [larger, 0, kept + piece.length];
    },
    skip(count) {
      from += count;
      start += count;
    },
  };
}

/** Scans the complete entries and returns their number. `end` is the offset of the end of the list in the CRL. */
function readEntries(window: Window, end: number): number {
  const { bytes, start } = window;
  const span = emptySpan();
  const available = Math.min(bytes.length, end - start);
  let count = 0;
  let at = 0;
  while (at < available && isWhole(bytes, at, available, start + available === end)) {
    scanEntry(bytes, at, available, span);
    at = span.end;
    count++;
  }
  window.skip(at);
  return count;
}

/**
 * Decides that the element at `at` ends before `available`. At the end of the list (`last`) it is always scanned, which finds
 * damage.
 */
function isWhole(window: Uint8Array, at: number, available: number, last: boolean): boolean {
  if (last) return true;
  const first = window[at + 1];
  if (first === undefined) return false;
  if (first < 0x80) return at + 2 + first <= available;
  const octets = first & 0x7f;
  if (at + 2 + octets > available) return false;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + window[at + 2 + i]!;
  return at + 2 + octets + length <= available;
}
