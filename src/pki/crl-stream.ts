import { concatBytes } from './bytes.ts';
import { emptySpan, scanEntry } from './crl-entry-span.ts';
import { DerError } from './der-reader.ts';
import { readCrlHead, readCrlTail, type CrlHead, type CrlTail } from './parsed-crl.ts';
import type { PublicKeyInfo } from './public-key-info.ts';
import { startVerification, type VerificationStream } from './signature-stream.ts';

export interface StreamedCrl extends CrlHead, CrlTail {
  readonly entryCount: number;
  /** Whether the key made the signature. */
  readonly signatureValid: boolean;
}

/** Everything before the first entry fits in this: a name of a CA has some hundred bytes. */
const HEAD_LIMIT = 65_536;

/**
 * Reads a CRL of `size` bytes that comes in pieces: as strictly as `decodeCrl`, and holding one piece at a time; a piece may
 * be overwritten once the next is asked for. Throws DerError.
 */
export function readCrlStream(pieces: Iterable<Uint8Array>, size: number, key: PublicKeyInfo): StreamedCrl {
  const span = emptySpan();
  let head: CrlHead | undefined;
  let verification: VerificationStream | undefined;
  let entryCount = 0;
  /** What has not been read yet; its first byte is byte `start` of the CRL. */
  let window: Uint8Array = new Uint8Array(0);
  let start = 0;
  for (const piece of pieces) {
    const pieceStart = start + window.length;
    window = concatBytes([window, piece]);
    if (head === undefined) {
      if (window.length < Math.min(size, HEAD_LIMIT)) continue;
      head = readCrlHead(window, size);
      verification = startVerification(head.innerAlgorithm, key);
      verification.update(window.subarray(head.tbs.start, head.tbs.end));
      const skip = head.entries?.start ?? head.tail;
      window = window.subarray(skip);
      start = skip;
    } else {
      verification!.update(piece.subarray(0, Math.max(0, head.tbs.end - pieceStart)));
    }
    if (head.entries === undefined) continue;
    const available = Math.min(window.length, head.entries.end - start);
    let at = 0;
    while (at < available && isWhole(window, at, available, start + available === head.entries.end)) {
      scanEntry(window, at, available, span);
      at = span.end;
      entryCount++;
    }
    window = window.subarray(at);
    start += at;
  }
  if (head === undefined || start !== head.tail) throw new DerError('a CRL is cut short', start + window.length);
  const tail = readCrlTail(window, head);
  return { ...head, ...tail, entryCount, signatureValid: verification!.finish(tail.signature) };
}

/** Whether the element at `at` ends before `available`; the last bytes of the list are always read, and refused if wrong. */
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
