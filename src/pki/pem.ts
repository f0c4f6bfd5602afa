// Converts between DER and PEM text.
// Every command and subject that reads or writes PEM calls it. It does not decode the content of a block; callers check its
// label.
import { toBase64 } from './bytes.ts';
import { DerReader } from './der/reader.ts';

/** The labels that svcauth writes (RFC 7468). */
export type PemLabel =
  'CERTIFICATE' | 'X509 CRL' | 'CERTIFICATE REQUEST' | 'PRIVATE KEY' | 'ENCRYPTED PRIVATE KEY' | 'PUBLIC KEY';

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

/** Encodes one block: 64 columns, LF, a final newline (RFC 7468 §2). */
export function encodePem(label: PemLabel, der: Uint8Array): string {
  const base64 = toBase64(der);
  const lines: string[] = [`-----BEGIN ${label}-----`];
  for (let i = 0; i < base64.length; i += 64) lines.push(base64.slice(i, i + 64));
  lines.push(`-----END ${label}-----`, '');
  return lines.join('\n');
}

/** An error for text that is not valid PEM. */
export class PemError extends Error {
  override readonly name = 'PemError';
}

/**
 * Decodes every block of a text in order, and ignores text around the blocks, such as the output of openssl. A block must be
 * complete and strict base64. A damaged block is an error and is never skipped, because a bundle without one of its anchors
 * causes an outage. The caller limits the size of the text.
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let position = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', position);
    if (begin < 0) return blocks;
    const labelEnd = text.indexOf('-----', begin + 11);
    const label = labelEnd < 0 ? '' : text.slice(begin + 11, labelEnd);
    if (!/^[A-Z0-9 ]{1,64}$/.test(label)) throw new PemError('a BEGIN line is damaged');
    const footer = `-----END ${label}-----`;
    const end = text.indexOf(footer, labelEnd);
    if (end < 0) throw new PemError(`a ${label} block has no END line`);
    const body = text.slice(labelEnd + 5, end);
    if (body.includes('-----')) throw new PemError(`a ${label} block has no END line`);
    const base64 = body.replace(/[ \t\r\n]/g, '');
    if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
      throw new PemError(`a ${label} block is not base64`);
    }
    blocks.push({ label, der: new Uint8Array(Buffer.from(base64, 'base64')) });
    position = end + footer.length;
  }
}

/** Decides that bytes are a PEM text. Bytes that are exactly one DER element are not, even if they contain a BEGIN line. */
export function isPem(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return text.includes('-----BEGIN ') && !isWholeElement(bytes);
}

function isWholeElement(bytes: Uint8Array): boolean {
  try {
    const reader = new DerReader(bytes);
    reader.any('an element');
    return reader.done;
  } catch {
    return false;
  }
}
