// A hash table from serial numbers to the offsets of their entries in a long CRL. `path-crl.ts` fills it for svcauth/node.
// It holds offsets into the bytes of the CRL and copies nothing. CAs choose serial numbers, so the hash needs no secret.
import { holdsAt } from '../bytes.ts';

export class SerialIndex {
  readonly #der: Uint8Array;
  /** Two numbers a slot: the offset of the entry, 0 for an empty slot, and the offset of the serial number. */
  readonly #slots: Uint32Array;
  readonly #mask: number;

  private constructor(der: Uint8Array, slots: Uint32Array) {
    this.#der = der;
    this.#slots = slots;
    this.#mask = slots.length / 2 - 1;
  }

  /**
   * Makes an empty index for entries of `length` bytes altogether, in the CRL `der`. It pauses at each `yield`: the first use of much
   * memory takes longer than anything else here.
   */
  static *make(der: Uint8Array, length: number): Generator<undefined, SerialIndex> {
    const most = Math.ceil(length / SHORTEST_ENTRY);
    const count = 2 ** Math.ceil(Math.log2(Math.max(2, most * 2)));
    const { buffer } = Buffer.allocUnsafeSlow(count * 2 * Uint32Array.BYTES_PER_ELEMENT);
    const slots = new Uint32Array(buffer);
    for (let at = 0; at < slots.length; at += CLEARED) {
      slots.fill(0, at, at + CLEARED);
      if (at + CLEARED < slots.length) yield;
    }
    return new SerialIndex(der, slots);
  }

  /** Adds an entry by the offsets of its first byte and of its serial number's content; `end` is exclusive. */
  add(entry: number, serial: number, end: number): void {
    let slot = hash(this.#der, serial, end) & this.#mask;
    while (this.#slots[slot * 2] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot * 2] = entry;
    this.#slots[slot * 2 + 1] = serial;
  }

  /** Returns the offset of the first entry with this serial number, given as the INTEGER's content octets. */
  find(serial: Uint8Array): number | undefined {
    const der = this.#der;
    for (let slot = hash(serial, 0, serial.length) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot * 2]!;
      if (entry === 0) return undefined;
      const at = this.#slots[slot * 2 + 1]!;
      // the octet before the content ends its length, in the short form and in the long form
      if (der[at - 1] === (serial.length & 0xff) && holdsAt(der, at, serial)) return entry;
    }
  }
}

/** Numbers cleared between two pauses. */
const CLEARED = 32 * 1024;

/** The length in bytes of the shortest entry: a serial number of one octet, no extensions. */
const SHORTEST_ENTRY = 20;

/** FNV-1a over a range of bytes. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) value = Math.imul(value ^ bytes[at]!, 0x01000193);
  return value ^ (value >>> 15);
}
