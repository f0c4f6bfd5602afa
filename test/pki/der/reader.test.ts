import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DerError, DerReader } from '../../../src/pki/der/reader.ts';
import { ascii, generalizedTime, oid, TAG, time, tlv } from '../../../src/pki/der/writer.ts';
import { OID } from '../../../src/pki/oids.ts';

const readTime = (der: Uint8Array) => new DerReader(der).time('a time');
const readOid = (der: Uint8Array) => new DerReader(der).oid('an OID');
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('a time', () => {
  test('is decoded to the second that was encoded', () => {
    const instant = fc.date({
      min: new Date('0000-01-01Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, date => {
        date.setUTCMilliseconds(0);
        expect(readTime(time(date)).date).toEqual(date);
        expect(readTime(generalizedTime(date))).toEqual({ date, form: 'generalizedTime' });
      }),
    );
  });

  test.each([
    ['491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['000229120000Z', '2000-02-29T12:00:00.000Z'],
  ])('with a two-digit year, %s, is %s', (text, iso) => {
    expect(readTime(ascii(TAG.utcTime, text))).toEqual({ date: new Date(iso), form: 'utcTime' });
  });

  test.each([
    '260230000000Z',
    '250229000000Z',
    '260001000000Z',
    '261301000000Z',
    '260100000000Z',
    '260132000000Z',
    '260101240000Z',
    '260101006000Z',
    '260101000060Z',
    '2601010000Z',
    '260101000000',
    '260101000000z',
    '260101000000+0000',
    '26010100000 Z',
    '2601010000:0Z',
    '2601010000/0Z',
  ])('%s is refused', text => {
    expect(() => readTime(ascii(TAG.utcTime, text))).toThrow(DerError);
  });

  test.each(['20260101000000.5Z', '20260101000000', '202601010000Z', '20260101000000Z '])(
    'with a four-digit year, %s, is refused',
    text => {
      expect(() => readTime(ascii(TAG.generalizedTime, text))).toThrow(DerError);
    },
  );
});

describe('an object identifier', () => {
  test.each(Object.entries(OID))('%s is decoded to the encoded identifier', (_, dotted) => {
    expect(readOid(oid(dotted))).toBe(dotted);
    expect(readOid(oid(dotted))).toBe(dotted);
  });

  test('is decoded to the encoded identifier for any arcs', () => {
    const arc = fc.integer({ min: 0, max: 2 ** 40 });
    const first = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 39 })),
      fc.tuple(fc.constant(2), arc),
    );
    fc.assert(
      fc.property(first, fc.array(arc, { maxLength: 12 }), (start, rest) => {
        const dotted = [...start, ...rest].join('.');
        expect(readOid(oid(dotted))).toBe(dotted);
      }),
    );
  });

  test('is distinguished from another one with the same hash', () => {
    // 31 × 0x2a + 0x03 is 31 × 0x29 + 0x22
    expect([readOid(hex('06022a03')), readOid(hex('06022922')), readOid(hex('06022a03'))]).toEqual([
      '1.2.3',
      '1.1.34',
      '1.2.3',
    ]);
  });

  test.each([
    ['is empty', '0600'],
    ['ends in the middle of an arc', '06022a80'],
    ['has a padded arc', '06032a8001'],
    ['has an arc above 2^53', '060a2affffffffffffffff7f'],
  ])('that %s is refused', (_, der) => {
    expect(() => readOid(hex(der))).toThrow(DerError);
  });
});

describe('a length', () => {
  test.each([
    ['indefinite', '30800000'],
    ['not minimal', '30810100'],
    ['with a leading zero', '3082007f' + '00'.repeat(127)],
    ['of more than four octets', '30850000000001' + '00'],
    ['beyond the input', '300201'],
    ['cut short', '3082'],
    ['missing', '30'],
  ])('%s is refused', (_, der) => {
    expect(() => new DerReader(hex(der)).content(TAG.sequence, 'a sequence')).toThrow(DerError);
  });

  test('is read at every length', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const content = new Uint8Array(length).fill(7);
      expect(new DerReader(tlv(TAG.octetString, content)).content(TAG.octetString, 'octets')).toEqual(content);
    }
  });
});
