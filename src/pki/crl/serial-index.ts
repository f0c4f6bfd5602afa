import { holdsAt } from '../bytes.ts';

/**
 * A hash table from serial numbers to the offsets of their entries in a long CRL. It holds
 * offsets into the bytes of the CRL and copies nothing. CAs choose serial numbers, so the hash needs no secret.
 */
export class SerialIndex {
  readonly #der: Uint8Array;
  /** Two numbers a slot: the offset of the entry, 0 for an empty slot, and the offset of the serial number. */
  readonly #slots: Uint32Array;
  readonly #mask: number;

  /** Makes an empty index for entries of `length` bytes altogether, in the CRL `der`. */
  constructor(der: Uint8Array, length: number) {
    this.#der = der;
    const most = Math.ceil(length / SHORTEST_ENTRY);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, most * 2)));
    this.#slots = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
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

/** The length in bytes of the shortest entry: a serial number of one octet, no extensions. */
const SHORTEST_ENTRY = 20;

/** FNV-1a over a range of bytes. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) value = Math.imul(value ^ bytes[at]!, 0x01000193);
  return value ^ (value >>> 15);
}
