import { toBase64, utf8 } from './bytes.ts';
import type { PemLabel } from './pem.ts';

/** How many bytes stand on a line of 64 characters. */
export const PEM_LINE = 48;

/** `encodePem` for content that comes in pieces; every piece but the last must be a multiple of `PEM_LINE` long. */
export function* encodePemStream(label: PemLabel, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield utf8(`-----BEGIN ${label}-----\n`);
  let ended = false;
  for (const piece of pieces) {
    if (ended) throw new RangeError(`only the last piece may end within a line of ${PEM_LINE} bytes`);
    ended = piece.length % PEM_LINE !== 0;
    const base64 = toBase64(piece);
    let lines = '';
    for (let i = 0; i < base64.length; i += 64) lines += `${base64.slice(i, i + 64)}\n`;
    yield Buffer.from(lines, 'latin1');
  }
  yield utf8(`-----END ${label}-----\n`);
}
