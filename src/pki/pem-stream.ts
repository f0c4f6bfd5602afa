import { toBase64, utf8 } from './bytes.ts';
import type { PemLabel } from './pem.ts';

/** How many bytes stand on a line of 64 characters. */
export const PEM_LINE = 48;

export interface PemStream {
  /** Every piece but the last must be a multiple of `PEM_LINE` long. */
  push(piece: Uint8Array): void;
  finish(): void;
}

/** `encodePem` for content that comes in pieces; the text goes to `write` as it comes. */
export function startPem(label: PemLabel, write: (text: Uint8Array) => void): PemStream {
  let ended = false;
  write(utf8(`-----BEGIN ${label}-----\n`));
  return {
    push: piece => {
      if (ended) throw new RangeError(`only the last piece may end within a line of ${PEM_LINE} bytes`);
      ended = piece.length % PEM_LINE !== 0;
      const base64 = toBase64(piece);
      let lines = '';
      for (let i = 0; i < base64.length; i += 64) lines += `${base64.slice(i, i + 64)}\n`;
      write(Buffer.from(lines, 'latin1'));
    },
    finish: () => write(utf8(`-----END ${label}-----\n`)),
  };
}
