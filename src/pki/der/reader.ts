// Reads DER element by element (X.690); every DER decoder in `pki` is built on it.
// It knows tags and primitive types, and no structure of certificates. Bytes it cannot read are a DerError with their offset.
import { parseBerTime } from './ber-time.ts';
import { equalBytes } from '../bytes.ts';
import { TAG } from './writer.ts';

/** The bytes are not DER, or not the structure that was asked for. `offset` counts bytes from the start of the input. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly offset: number;
  /** Where it is forbidden, when it is not X.690 §10 as a whole. */
  readonly clause: string | undefined;
  constructor(problem: string, offset: number, clause?: string) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
    this.clause = clause;
  }
}

/** Told of a fault that leaves the meaning plain, after which reading goes on: for people who look, never for a decision. */
export type Tolerance = (fault: DerError) => void;

/**
 * A strict DER cursor over a range of one buffer: minimal definite lengths, low tag numbers, nothing beyond the range.
 * Nothing is copied: values are views into the input.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  /** Next byte to read. */
  position: number;
  /** First byte that is not ours. */
  readonly end: number;
  readonly tolerance: Tolerance | undefined;

  /** With a `tolerance`, it and every reader it enters read over faults that leave the meaning plain. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length, tolerance?: Tolerance) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.tolerance = tolerance;
  }

  /** What DER or a standard forbids, though one can tell what was meant: thrown, or told to the tolerance. */
  fault(problem: string, offset: number, clause?: string): void {
    const error = new DerError(problem, offset, clause);
    if (this.tolerance === undefined) throw error;
    this.tolerance(error);
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** The tag of the next element, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /** Enters the next element, which must carry `tag`, and moves past it. The result's range is its content. */
  enter(tag: number, what: string): DerReader {
    const start = this.position;
    if (this.peek() !== tag) throw this.unexpected(tag, what);
    const content = this.header(what);
    const inner = new DerReader(this.bytes, content, this.position, this.tolerance);
    inner.elementStart = start;
    return inner;
  }

  /** Where the element this reader entered begins (its tag byte). */
  elementStart = 0;

  /** The whole element (tag, length, content) this reader entered. */
  get element(): Uint8Array {
    return this.bytes.subarray(this.elementStart, this.end);
  }

  /** The content this reader has not read yet. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.position, this.end);
  }

  /** Enters the next element when it carries `tag`; undefined, and nothing read, when it does not. */
  optional(tag: number, what: string): DerReader | undefined {
    return this.peek() === tag ? this.enter(tag, what) : undefined;
  }

  /** The content of the next element, which must carry `tag`. */
  content(tag: number, what: string): Uint8Array {
    if (this.peek() !== tag) throw this.unexpected(tag, what);
    const start = this.header(what);
    return this.bytes.subarray(start, this.position);
  }

  /** The next element whole, of any tag. */
  any(what: string): Uint8Array {
    const start = this.position;
    if (start >= this.end) throw new DerError(`${what} is missing`, start);
    this.header(what);
    return this.bytes.subarray(start, this.position);
  }

  /** Refuses anything that has not been read. */
  finish(what: string): void {
    if (this.position !== this.end) this.fault(`${what} has trailing bytes`, this.position);
  }

  /** Reads tag and length, checks the content is inside our range, moves past it; returns the content's start. */
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

  /** The two's-complement content of an INTEGER, checked minimal. */
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

  /** An INTEGER between 0 and 2^31 - 1; a negative one only where it is tolerated. */
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

  /** An INTEGER of any size. */
  bigInteger(what: string): bigint {
    const value = this.integerBytes(what);
    const magnitude = BigInt(`0x${Buffer.from(value).toString('hex')}`);
    return value[0]! >= 0x80 ? magnitude - (1n << BigInt(8 * value.length)) : magnitude;
  }

  oid(what: string): string {
    const at = this.position;
    return decodeOid(this.content(TAG.oid, what), what, at);
  }

  /** A BIT STRING of whole bytes (keys, signatures). */
  wholeBits(what: string): Uint8Array {
    const at = this.position;
    const value = this.content(TAG.bitString, what);
    if (value[0] !== 0) throw new DerError(`${what} is not a BIT STRING of whole bytes`, at);
    return value.subarray(1);
  }

  /** A named bit list as the set of bit numbers; trailing zero bits are refused (X.690 §11.2.2). */
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

  /** A UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5: seconds, no fraction, Z. */
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
    // Date.UTC takes the years 0 to 99 for those of the last century
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

/** `digits` digits and a Z. */
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

/** Identifiers read before, by a hash of their octets: certificates name the same dozen again and again. */
const knownOids = new Map<number, KnownOid>();

/** Dotted decimal of OBJECT IDENTIFIER content octets. Arcs above 2^53 are refused. */
function decodeOid(content: Uint8Array, what: string, at: number): string {
  let hash = content.length;
  for (let i = 0; i < content.length; i++) hash = (Math.imul(hash, 31) + content[i]!) | 0;
  const known = knownOids.get(hash);
  if (known !== undefined && equalBytes(known.content, content)) return known.dotted;
  const dotted = readOid(content, what, at);
  // bounded: hostile inputs must not grow it without end
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
