import { utf8 } from './bytes.ts';
import type { PemLabel } from './pem.ts';

/** The number of bytes on a line of 64 characters. */
export const PEM_LINE = 48;

export interface PemStream {
  /** Encodes the next piece. Every piece except the last must have a multiple of `PEM_LINE` bytes. */
  push(piece: Uint8Array): void;
  finish(): void;
}

/** Starts `encodePem` for content that arrives in pieces. Each text passed to `write` is valid only until the next. */
export function startPem(label: PemLabel, write: (text: Uint8Array) => void): PemStream {
  let ended = false;
  let text = new Uint8Array(0);
  write(utf8(`-----BEGIN ${label}-----\n`));
  return {
    push: piece => {
      if (ended) throw new RangeError(`only the last piece may end within a line of ${PEM_LINE} bytes`);
      ended = piece.length % PEM_LINE !== 0;
      const room = Math.ceil(piece.length / PEM_LINE) * 65;
      if (text.length < room) text = new Uint8Array(room);
      write(text.subarray(0, writeLines(piece, text)));
    },
    finish: () => write(utf8(`-----END ${label}-----\n`)),
  };
}

const ALPHABET = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;
const NEWLINE = 0x0a;

/** Writes Base64 (RFC 4648 §4) in lines and returns its length. Our own code, because Node's makes a string for every piece. */
function writeLines(bytes: Uint8Array, out: Uint8Array): number {
  let at = 0;
  for (let line = 0; line < bytes.length; line += PEM_LINE) {
    const end = Math.min(line + PEM_LINE, bytes.length);
    for (let i = line; i < end; i += 3) {
      const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      out[at] = ALPHABET[bits >> 18]!;
      out[at + 1] = ALPHABET[(bits >> 12) & 0x3f]!;
      out[at + 2] = i + 1 < end ? ALPHABET[(bits >> 6) & 0x3f]! : PADDING;
      out[at + 3] = i + 2 < end ? ALPHABET[bits & 0x3f]! : PADDING;
      at += 4;
    }
    out[at++] = NEWLINE;
  }
  return at;
}
