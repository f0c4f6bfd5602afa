import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SerialIndex } from '../../../src/pki/crl/serial-index.ts';
import { concatBytes, toHex } from '../../../src/pki/bytes.ts';
import { sequence, time, unsignedInteger } from '../../../src/pki/der/writer.ts';

const DATE = time(new Date('2026-05-01'));

function emptyIndex(der: Uint8Array, length: number): SerialIndex {
  const steps = SerialIndex.make(der, length);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Indexes entries with these serial numbers as they are in a CRL; `serial` returns what the INTEGER contains. */
function indexed(serials: readonly Uint8Array[]) {
  const encoded = serials.map(unsignedInteger);
  // an entry never begins at offset 0 of a CRL
  const head = Uint8Array.of(0x30);
  const entries = encoded.map(serial => sequence(serial, DATE));
  const der = concatBytes([head, ...entries]);
  const index = emptyIndex(der, der.length - head.length);
  const starts: number[] = [];
  let at = head.length;
  for (const [number, entry] of entries.entries()) {
    const integer = encoded[number]!;
    const content = integer.length - contentOf(integer).length;
    const serialStart = at + (entry.length - integer.length - DATE.length) + content;
    index.add(at, serialStart, serialStart + integer.length - content);
    starts.push(at);
    at += entry.length;
  }
  return { index, starts, contents: encoded.map(contentOf) };
}

/** Takes the header off an INTEGER. */
const contentOf = (integer: Uint8Array): Uint8Array =>
  integer.subarray(integer[1]! < 0x80 ? 2 : 2 + (integer[1]! & 0x7f));

const serialNumber = fc.uint8Array({ minLength: 1, maxLength: 20 }).filter(bytes => bytes[0] !== 0);

test('each serial number leads to its first entry, and no other one to any', () => {
  fc.assert(
    fc.property(
      fc.array(serialNumber, { maxLength: 200 }),
      fc.array(serialNumber, { maxLength: 50 }),
      (listed, others) => {
        const { index, starts, contents } = indexed(listed);
        const first = new Map<string, number>();
        for (const [number, content] of contents.entries()) {
          if (!first.has(toHex(content))) first.set(toHex(content), starts[number]!);
        }
        for (const content of [...contents, ...others.map(serial => contentOf(unsignedInteger(serial)))]) {
          expect(index.find(content)).toBe(first.get(toHex(content)));
        }
      },
    ),
  );
});

test('a serial number is not found by its beginning, its end, or with more octets', () => {
  const { index, starts, contents } = indexed([Uint8Array.of(0x12, 0x34, 0x56), Uint8Array.of(0x13, 0x34, 0x56, 0x78)]);
  expect(contents.map(content => index.find(content))).toEqual(starts);
  for (const other of [[0x12, 0x34], [0x34, 0x56], [0x12], [0x12, 0x34, 0x56, 0x78], [0, 0x12, 0x34, 0x56], []]) {
    expect(index.find(Uint8Array.from(other))).toBeUndefined();
  }
});

test('no beginning of a listed serial number is found', () => {
  // in an index of one entry, many questions meet it
  for (let number = 1; number <= 50; number++) {
    const serial = Uint8Array.from({ length: 20 }, (_, index) => (number * 37 + index * 101) % 127);
    serial[0] = 0x21;
    const { index } = indexed([serial]);
    for (let length = 1; length < 20; length++) expect(index.find(serial.subarray(0, length))).toBeUndefined();
    expect(index.find(serial)).toBeDefined();
  }
});

test('an index without entries answers', () => {
  expect(indexed([]).index.find(Uint8Array.of(1))).toBeUndefined();
});

test('the shortest entries fit: none is lost, and a question for another one ends', () => {
  const all = Array.from({ length: 127 }, (_, index) => Uint8Array.of(index + 1));
  const { index, starts, contents } = indexed(all);
  expect(contents.map(content => index.find(content))).toEqual(starts);
  expect(index.find(Uint8Array.of(0x80))).toBeUndefined();
});

test('a serial number of 200 octets is found', () => {
  const long = new Uint8Array(200).fill(0x41);
  const { index, starts, contents } = indexed([Uint8Array.of(0x41), long]);
  expect(index.find(contents[1]!)).toBe(starts[1]);
});

test('the memory of a large index is cleared with pauses', () => {
  const steps = SerialIndex.make(new Uint8Array(), 2_000_000);
  let pauses = 0;
  for (let step = steps.next(); step.done !== true; step = steps.next()) pauses++;
  // 100,000 entries need 262,144 slots of two numbers
  expect(pauses).toBe(15);
});
