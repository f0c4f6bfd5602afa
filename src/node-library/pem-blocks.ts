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
const SLICE = 128 * 1024;

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

/** Decodes strict base64 with line ends; undefined if it is not. */
function* base64Steps(bytes: Buffer, start: number, end: number): Generator<undefined, Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let rest = '';
  for (let at = start; at < end; at += SLICE) {
    const isLast = at + SLICE >= end;
    const text = rest + bytes.toString('latin1', at, Math.min(at + SLICE, end)).replace(/[ \t\r\n]+/g, '');
    const length = isLast ? text.length : text.length - (text.length % 4);
    const part = text.slice(0, length);
    if (length % 4 !== 0 || !(isLast ? /^[A-Za-z0-9+/]*={0,2}$/ : /^[A-Za-z0-9+/]*$/).test(part)) return undefined;
    parts.push(Buffer.from(part, 'base64'));
    rest = text.slice(length);
    if (!isLast) yield;
  }
  const [only] = parts;
  // a view of the part itself where there is one: copies of a long CRL cost time
  return new Uint8Array(parts.length === 1 ? only! : Buffer.concat(parts));
}
