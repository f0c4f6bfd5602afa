// Reads DER element by element (X.690); every DER decoder in `pki` is built on it.
// It knows tags and primitive types, not the structure of certificates. It throws a DerError with the offset for bytes it cannot
// read.
import { parseBerTime } from './ber-time.ts';
import { equalBytes } from '../bytes.ts';
import { TAG } from './writer.ts';

/** An error for bytes that are not DER, or not the requested structure. `offset` counts bytes from the start of the input. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly offset: number;
  /** The clause that forbids it, if it is not X.690 §10 as a whole. */
  readonly clause: string | undefined;
  constructor(problem: string, offset: number, clause?: string) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
    this.clause = clause;
  }
}

/**
 * A receiver of faults that do not hide the meaning; reading continues after each. For display and lint only, never for a
 * decision.
 */
export type Tolerance = (fault: DerError) => void;

/**
 * A strict DER cursor over a range of one buffer: minimal definite lengths, low tag numbers, nothing beyond the range. It copies
 * nothing: values are views into the input.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  /** The offset of the next byte to read. */
  position: number;
  /** The offset after the last byte of the range. */
  readonly end: number;
  readonly tolerance: Tolerance | undefined;

  /** With a `tolerance`, this reader and every reader it enters report faults that do not hide the meaning there and continue. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length, tolerance?: Tolerance) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.tolerance = tolerance;
  }

  /** Throws a fault that does not hide the meaning, or reports it to the tolerance. */
  fault(problem: string, offset: number, clause?: string): void {
    const error = new DerError(problem, offset, clause);
    if (this.tolerance === undefined) throw error;
    this.tolerance(error);
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** Returns the tag of the next element, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /** Enters the next element, which must have `tag`, and moves past it. The range of the result is the element's content. */
  enter(tag: number, what: string): DerReader {
    const start = this.position;
    if (this.peek() !== tag) throw this.unexpected(tag, what);
    const content = this.header(what);
    const inner = new DerReader(this.bytes, content, this.position, this.tolerance);
    inner.elementStart = start;
    return inner;
  }

  /** The offset of the tag byte of the element that this reader entered. */
  elementStart = 0;

  /** The complete element that this reader entered: tag, length and content. */
  get element(): Uint8Array {
    return this.bytes.subarray(this.elementStart, this.end);
  }

  /** The unread part of the content. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.position, this.end);
  }

  /** Enters the next element if it has `tag`; otherwise reads nothing and returns undefined. */
  optional(tag: number, what: string): DerReader | undefined {
    return this.peek() === tag ? this.enter(tag, what) : undefined;
  }

  /** Returns the content of the next element, which must have `tag`. */
  content(tag: number, what: string): Uint8Array {
    if (this.peek() !== tag) throw this.unexpected(tag, what);
    const start = this.header(what);
    return this.bytes.subarray(start, this.position);
  }

  /** Returns the next complete element, of any tag. */
  any(what: string): Uint8Array {
    const start = this.position;
    if (start >= this.end) throw new DerError(`${what} is missing`, start);
    this.header(what);
    return this.bytes.subarray(start, this.position);
  }

  /** Reports unread bytes as a fault. */
  finish(what: string): void {
    if (this.position !== this.end) this.fault(`${what} has trailing bytes`, this.position);
  }

  /** Reads tag and length, checks that the content fits, moves past it and returns the start of the content. */
  private header(what: string): number {
    const { bytes, end } = this;
    const start = this.position;
    if (start + 2 > end) throw new DerError(`${what} is cut short`, start);
    if ((bytes[start]! & 0x1f) === 0x1f) throw new DerError(`${what} has a high tag number`, start);
    let length = bytes[start + 1]!;
    let content = start + 2;
    if (length >= 0x80) {
      const size = length & 0x7f;
      if (size === 0) throw new DerError(`${what} has an indefinite length (BER)`, start);
      if (size > 4) throw new DerError(`${what} has a length of ${size} octets`, start);
      if (content + size > end) throw new DerError(`${what} is cut short`, start);
      length = 0;
      for (let i = 0; i < size; i++) length = length * 256 + bytes[content + i]!;
      if (bytes[content] === 0 || length < 0x80)
        this.fault(`${what} has a length that is not minimal (BER)`, start, 'X.690 §10.1');
      content += size;
    }
    if (content + length > end) throw new DerError(`${what} is longer than its container`, start);
    this.position = content + length;
    return content;
  }

  private unexpected(tag: number, what: string): DerError {
    const found = this.peek();
    const problem =
      found < 0
        ? `${what} is missing`
        : `${what} should have tag 0x${tag.toString(16).padStart(2, '0')}, found 0x${found.toString(16).padStart(2, '0')}`;
    return new DerError(problem, this.position);
  }

  // -- primitive types ------------------------------------------------------------------------------------------

  boolean(what: string): boolean {
    const at = this.position;
    const value = this.content(TAG.boolean, what);
    if (value.length !== 1) throw new DerError(`${what} is not a BOOLEAN`, at);
    if (value[0] !== 0 && value[0] !== 0xff) this.fault(`${what} is not a DER BOOLEAN`, at, 'X.690 §11.1');
    return value[0] !== 0;
  }

  /** Returns the two's-complement content of an INTEGER after checking that it is minimal. */
  integerBytes(what: string, tag: number = TAG.integer): Uint8Array {
    const at = this.position;
    const value = this.content(tag, what);
    if (value.length === 0) throw new DerError(`${what} is an empty INTEGER`, at);
    if (value.length > 1) {
      const [first, second] = value as unknown as [number, number];
      if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
        this.fault(`${what} is an INTEGER that is not minimal`, at, 'X.690 §8.3.2');
      }
    }
    return value;
  }

  /** Reads an INTEGER from 0 to 2^31 - 1; with a tolerance also a negative one. */
  smallInteger(what: string, tag: number = TAG.integer): number {
    const at = this.position;
    const value = this.integerBytes(what, tag);
    if (value.length > 4) throw new DerError(`${what} is too large`, at);
    let number = 0;
    for (const byte of value) number = number * 256 + byte;
    if (value[0]! < 0x80) return number;
    this.fault(`${what} is negative`, at);
    return number - 256 ** value.length;
  }

  /** Reads an INTEGER of any size. */
  bigInteger(what: string): bigint {
    const value = this.integerBytes(what);
    const magnitude = BigInt(`0x${Buffer.from(value).toString('hex')}`);
    return value[0]! >= 0x80 ? magnitude - (1n << BigInt(8 * value.length)) : magnitude;
  }

  oid(what: string): string {
    const at = this.position;
    return decodeOid(this.content(TAG.oid, what), what, at);
  }

  /** Reads a BIT STRING of whole bytes (keys, signatures). */
  wholeBits(what: string): Uint8Array {
    const at = this.position;
    const value = this.content(TAG.bitString, what);
    if (value[0] !== 0) throw new DerError(`${what} is not a BIT STRING of whole bytes`, at);
    return value.subarray(1);
  }

  /** Reads a named bit list as a set of bit numbers. It refuses trailing zero bits (X.690 §11.2.2). */
  namedBits(what: string): ReadonlySet<number> {
    const at = this.position;
    const value = this.content(TAG.bitString, what);
    const unused = value[0];
    if (unused === undefined || unused > 7 || (value.length === 1 && unused !== 0)) {
      throw new DerError(`${what} is not a BIT STRING`, at);
    }
    const last = value[value.length - 1]!;
    if (value.length > 1 && ((last & ((1 << unused) - 1)) !== 0 || (last & (1 << unused)) === 0)) {
      this.fault(`${what} has trailing zero bits (not DER)`, at, 'X.690 §11.2.2');
    }
    const bits = new Set<number>();
    for (let i = 1; i < value.length; i++) {
      for (let bit = 0; bit < 8; bit++) if (value[i]! & (0x80 >> bit)) bits.add((i - 1) * 8 + bit);
    }
    return bits;
  }

  /** Reads a UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5: seconds, no fraction, Z. */
  time(what: string): DerTime {
    const tag = this.peek();
    if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw this.unexpected(TAG.utcTime, what);
    const at = this.position;
    const content = this.content(tag, what);
    const isUtc = tag === TAG.utcTime;
    const digits = isUtc ? 12 : 14;
    const form = isUtc ? 'utcTime' : 'generalizedTime';
    if (!isDerTime(content, digits)) {
      this.fault(`${what} is not a DER time`, at, 'RFC 5280 §4.1.2.5');
      const date = parseBerTime(Buffer.from(content).toString('latin1'), isUtc);
      if (date === undefined) throw new DerError(`${what} is not a time`, at);
      return { date, form };
    }
    const first = twoDigits(content, 0);
    const start = isUtc ? 2 : 4;
    const year = isUtc ? (first >= 50 ? 1900 : 2000) + first : first * 100 + twoDigits(content, 2);
    const month = twoDigits(content, start);
    const day = twoDigits(content, start + 2);
    const hour = twoDigits(content, start + 4);
    const minute = twoDigits(content, start + 6);
    const second = twoDigits(content, start + 8);
    const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
    // Date.UTC reads the years 0 to 99 as 1900 to 1999
    if (year < 100) date.setUTCFullYear(year, month - 1, day);
    if (
      month < 1 ||
      date.getUTCMonth() !== month - 1 ||
      date.getUTCDate() !== day ||
      hour > 23 ||
      minute > 59 ||
      second > 59
    ) {
      throw new DerError(`${what} is not a date that exists`, at);
    }
    return { date, form };
  }
}

/** Recognises `digits` digits and a Z. */
function isDerTime(content: Uint8Array, digits: number): boolean {
  if (content.length !== digits + 1 || content[digits] !== 0x5a) return false;
  for (let i = 0; i < digits; i++) if (content[i]! < 0x30 || content[i]! > 0x39) return false;
  return true;
}

export interface DerTime {
  readonly date: Date;
  readonly form: 'utcTime' | 'generalizedTime';
}

const twoDigits = (content: Uint8Array, at: number): number => content[at]! * 10 + content[at + 1]! - 528;

interface KnownOid {
  readonly content: Uint8Array;
  readonly dotted: string;
}

/** A cache of decoded identifiers by a hash of their octets: certificates repeat the same dozen. */
const knownOids = new Map<number, KnownOid>();

/** Converts OBJECT IDENTIFIER content octets to dotted decimal. It refuses arcs above 2^53. */
function decodeOid(content: Uint8Array, what: string, at: number): string {
  let hash = content.length;
  for (let i = 0; i < content.length; i++) hash = (Math.imul(hash, 31) + content[i]!) | 0;
  const known = knownOids.get(hash);
  if (known !== undefined && equalBytes(known.content, content)) return known.dotted;
  const dotted = readOid(content, what, at);
  // bounded, so hostile input cannot fill the memory
  if (knownOids.size < 512) knownOids.set(hash, { content: new Uint8Array(content), dotted });
  return dotted;
}

function readOid(content: Uint8Array, what: string, at: number): string {
  if (content.length === 0 || content[content.length - 1]! >= 0x80) throw new DerError(`${what} is not an OID`, at);
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of content) {
    if (fresh && byte === 0x80) throw new DerError(`${what} is an OID that is not minimal`, at);
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError(`${what} is an OID with an arc above 2^53`, at);
    fresh = byte < 0x80;
    if (fresh) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = Math.min(2, Math.floor(arcs[0]! / 40));
  return [first, arcs[0]! - first * 40, ...arcs.slice(1)].join('.');
}
