// Splits a PEM file into blocks in small steps, so a long CRL does not hold up a service.
// Each block is judged alone: a damaged one is reported and does not hide the others. `decodePem` decodes short texts at once.
import { PemError } from '../pki/pem.ts';

export interface RawBlock {
  readonly label: string;
  /** The DER, or the reason why the block cannot be decoded. */
  readonly content: Uint8Array | PemError;
}

const BEGIN = Buffer.from('-----BEGIN ');
const DASHES = Buffer.from('-----');
/** Bytes of text decoded between two pauses: well below a millisecond. */
const SLICE = 64 * 1024;

/** Decodes the blocks of a file one after the other. It pauses at each `yield`; a damaged block is a value, never thrown. */
export function* pemBlockSteps(bytes: Buffer): Generator<undefined, readonly RawBlock[]> {
  const blocks: RawBlock[] = [];
  for (let position = 0; ;) {
    const begin = bytes.indexOf(BEGIN, position);
    if (begin < 0) return blocks;
    const labelEnd = bytes.indexOf(DASHES, begin + BEGIN.length);
    const label = labelEnd < 0 ? '' : bytes.toString('latin1', begin + BEGIN.length, labelEnd);
    if (!/^[A-Z0-9 ]{1,64}$/.test(label)) {
      blocks.push({ label: '', content: new PemError('a BEGIN line is damaged') });
      position = begin + BEGIN.length;
      continue;
    }
    const footer = Buffer.from(`-----END ${label}-----`);
    const start = labelEnd + DASHES.length;
    const end = bytes.indexOf(DASHES, start);
    if (end < 0 || !bytes.subarray(end, end + footer.length).equals(footer)) {
      blocks.push({ label, content: new PemError(`a ${label} block has no END line`) });
      position = start;
      continue;
    }
    const der = yield* base64Steps(bytes, start, end);
    blocks.push({ label, content: der ?? new PemError(`a ${label} block is not base64`) });
    position = end + footer.length;
  }
}

/** The value of each base64 character; line ends and blanks are skipped. */
const [BLANK, PADDING, INVALID] = [64, 65, 66];
const VALUES = new Uint8Array(256).fill(INVALID);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  VALUES[character.charCodeAt(0)] = value;
}
for (const blank of ' \t\r\n') VALUES[blank.charCodeAt(0)] = BLANK;
VALUES['='.charCodeAt(0)] = PADDING;

/** Decodes strict base64 with line ends; undefined if it is not. Without strings: a long CRL would make many. */
function* base64Steps(bytes: Buffer, start: number, end: number): Generator<undefined, Uint8Array | undefined> {
  // not cleared: the first use of much memory at once would hold up the service
  const out: Uint8Array = Buffer.allocUnsafeSlow(Math.ceil(((end - start) * 3) / 4));
  let [length, bits, digits, padding] = [0, 0, 0, 0];
  for (let at = start; at < end;) {
    for (const last = Math.min(at + SLICE, end); at < last; at++) {
      const value = VALUES[bytes[at]!]!;
      if (value < BLANK) {
        if (padding > 0) return undefined;
        bits = (bits << 6) | value;
        if (++digits < 4) continue;
        out[length] = bits >> 16;
        out[length + 1] = bits >> 8;
        out[length + 2] = bits;
        length += 3;
        digits = bits = 0;
      } else if (value === PADDING) padding++;
      else if (value === INVALID) return undefined;
    }
    if (at < end) yield;
  }
  if (digits === 0) return padding === 0 ? new Uint8Array(out.buffer, 0, length) : undefined;
  if (digits === 1 || digits + padding !== 4) return undefined;
  if (digits === 2) out[length++] = bits >> 4;
  else {
    out[length++] = bits >> 10;
    out[length++] = bits >> 2;
  }
  return new Uint8Array(out.buffer, 0, length);
}
