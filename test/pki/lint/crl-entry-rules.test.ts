import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/pki/bytes.ts';
import { decodeCrlEntry, encodeCrlEntry } from '../../../src/pki/crl/entry.ts';
import { generalizedTime, integer, sequence, TAG, time, tlv } from '../../../src/pki/der/writer.ts';
import { DerError, DerReader } from '../../../src/pki/der/reader.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { crlEntryLint } from '../../../src/pki/lint/crl-entry-lint.ts';
import { CRL_ENTRY_RULES } from '../../../src/pki/lint/crl-entry-rules.ts';
import { lintCrl, releaseCrl, type LintedCrl } from '../../../src/pki/lint/lint-crl.ts';
import { checkRules } from '../../../src/pki/lint/rule.ts';
import { requireLinted } from '../../../src/pki/lint/gate.ts';
import { OID } from '../../../src/pki/oids.ts';
import { prepareCrl } from '../../../src/pki/crl/prepare.ts';
import { ISSUING, ROOT } from '../../support/pki/planted-certificate.ts';

const THIS_UPDATE = new Date('2026-11-21T00:00:00Z');
const NEXT_UPDATE = new Date('2026-12-05T00:00:00Z');

const serial = (value: number): string => value.toString(16).padStart(32, '4');
const entry = (value: number): Uint8Array =>
  encodeCrlEntry({ serial: serial(value), revokedAt: THIS_UPDATE, reason: 'superseded' });

/** Encodes an entry from fields, any of which may be wrong. */
const rawEntry = (fields: { serial?: Uint8Array; date?: Uint8Array; extensions?: readonly Uint8Array[] }): Uint8Array =>
  sequence(
    tlv(TAG.integer, fields.serial ?? Uint8Array.of(0x44)),
    fields.date ?? time(THIS_UPDATE),
    ...(fields.extensions === undefined ? [] : [sequence(...fields.extensions)]),
  );
const reason = (code: number, critical = false): Uint8Array =>
  encodeExtension(OID.reasonCode, critical, Uint8Array.of(TAG.enumerated, 1, code));

function lintedCrl(entriesLength: number): LintedCrl {
  const header = { number: 2_000n, thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE };
  const prepared = prepareCrl(header, { count: entriesLength === 0 ? 0 : 1, byteLength: entriesLength }, ISSUING);
  return requireLinted(lintCrl(prepared, { issuer: ISSUING, previousNumber: undefined }), 'the CRL');
}

/** Passes entries through the lint, as signing does. */
function pass(chunks: readonly Uint8Array[], entriesLength = concatBytes(chunks).length): void {
  const passage = releaseCrl(lintedCrl(entriesLength), ISSUING);
  for (const chunk of chunks) passage.check(chunk);
  passage.finish();
}

function brokenEntryRules(chunks: readonly Uint8Array[]): readonly string[] {
  try {
    pass(chunks);
    return [];
  } catch (error) {
    return (error as { params: { findings: { rule: string }[] } }).params.findings.map(({ rule }) => rule);
  }
}

const ENTRY_DEFECTS: readonly { title: string; breaks: readonly string[]; chunks: readonly Uint8Array[] }[] = [
  { title: 'an entry that is not DER', breaks: ['der'], chunks: [Uint8Array.of(0x30, 0x80, 0, 0)] },
  { title: 'half an entry', breaks: ['der'], chunks: [entry(1).subarray(0, 20)] },
  { title: 'the serial number 0', breaks: ['entry-serial'], chunks: [rawEntry({ serial: Uint8Array.of(0) })] },
  { title: 'a negative serial number', breaks: ['entry-serial'], chunks: [rawEntry({ serial: Uint8Array.of(0x80) })] },
  {
    title: 'a serial number of 21 octets',
    breaks: ['entry-serial'],
    chunks: [rawEntry({ serial: new Uint8Array(21).fill(1) })],
  },
  { title: 'a serial number twice', breaks: ['entries-sorted'], chunks: [entry(1), entry(1)] },
  {
    title: 'serial numbers out of order, across chunks and within one',
    breaks: ['entries-sorted', 'entries-sorted'],
    chunks: [entry(2), concatBytes([entry(1), entry(0)])],
  },
  {
    title: 'a short serial number behind a long one',
    breaks: ['entries-sorted'],
    chunks: [rawEntry({ serial: Uint8Array.of(1, 0) }), rawEntry({ serial: Uint8Array.of(0x7f) })],
  },
  {
    title: 'a revocation after thisUpdate',
    breaks: ['revocation-date'],
    chunks: [rawEntry({ date: time(new Date('2026-11-21T00:00:01Z')) })],
  },
  {
    title: 'a revocation in another century than thisUpdate',
    breaks: ['revocation-date'],
    chunks: [rawEntry({ date: time(new Date('2050-01-01T00:00:00Z')) })],
  },
  {
    title: 'a GeneralizedTime before 2050',
    breaks: ['revocation-date-form'],
    chunks: [rawEntry({ date: generalizedTime(THIS_UPDATE) })],
  },
  {
    title: 'an entry that names its certificate issuer',
    breaks: ['entry-extension-known'],
    chunks: [rawEntry({ extensions: [encodeExtension(OID.certificateIssuer, false, sequence())] })],
  },
  {
    title: 'a critical reason',
    breaks: ['entry-extension-not-critical'],
    chunks: [rawEntry({ extensions: [reason(1, true)] })],
  },
  { title: 'the reason unspecified', breaks: ['entry-reason'], chunks: [rawEntry({ extensions: [reason(0)] })] },
  { title: 'the reason removeFromCRL', breaks: ['entry-reason'], chunks: [rawEntry({ extensions: [reason(8)] })] },
  { title: 'the reason certificateHold', breaks: ['entry-reason'], chunks: [rawEntry({ extensions: [reason(6)] })] },
  { title: 'a reason that does not exist', breaks: ['entry-reason'], chunks: [rawEntry({ extensions: [reason(7)] })] },
  {
    title: 'a reason that is not an ENUMERATED',
    breaks: ['entry-reason'],
    chunks: [rawEntry({ extensions: [encodeExtension(OID.reasonCode, false, integer(1))] })],
  },
  { title: 'empty extensions', breaks: ['der'], chunks: [rawEntry({ extensions: [] })] },
  {
    title: 'an invalidityDate that is a UTCTime',
    breaks: ['entry-invalidity-date'],
    chunks: [rawEntry({ extensions: [encodeExtension(OID.invalidityDate, false, time(THIS_UPDATE))] })],
  },
  {
    title: 'an invalidityDate with a fraction',
    breaks: ['entry-invalidity-date'],
    chunks: [
      rawEntry({
        extensions: [
          encodeExtension(
            OID.invalidityDate,
            false,
            tlv(TAG.generalizedTime, new TextEncoder().encode('20261121000000.5Z')),
          ),
        ],
      }),
    ],
  },
];

describe('the entries of a CRL', () => {
  test('pass in chunks of any size', () => {
    pass([entry(1), concatBytes([entry(2), entry(3)]), entry(4)]);
    pass([]);
  });

  test('pass with every reason we write, with an invalidityDate, and with dates before 2000', () => {
    pass([
      rawEntry({ serial: Uint8Array.of(1), date: time(new Date('1999-12-31T23:59:59Z')) }),
      ...[1, 2, 3, 4, 5, 9, 10].map(code => rawEntry({ serial: Uint8Array.of(code + 1), extensions: [reason(code)] })),
      encodeCrlEntry({ serial: '44', revokedAt: THIS_UPDATE, reason: 'keyCompromise', invalidityDate: THIS_UPDATE }),
    ]);
  });

  test.each(ENTRY_DEFECTS.map(defect => [defect.title, defect] as const))(
    'are refused for %s',
    (_, { chunks, breaks }) => {
      expect(brokenEntryRules(chunks)).toEqual(breaks);
    },
  );

  test('every rule is broken by at least one fixture', () => {
    const broken = new Set(ENTRY_DEFECTS.flatMap(({ breaks }) => breaks));
    expect(CRL_ENTRY_RULES.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });

  test('are refused if their length differs from the frame', () => {
    expect(() => pass([entry(1)], entry(1).length + 1)).toThrow('instead of');
    expect(() => pass([], entry(1).length)).toThrow('instead of');
  });

  test('are refused with a few findings even if every entry is wrong', () => {
    const wrong = Array.from({ length: 1000 }, () => rawEntry({ serial: Uint8Array.of(0) }));
    expect(brokenEntryRules(wrong).length).toBeLessThan(50);
  });

  test('use a linted CRL only once and for its issuer', () => {
    const linted = lintedCrl(0);
    expect(() => releaseCrl(linted, ROOT)).toThrow('linted against another issuer');
    releaseCrl(linted, ISSUING).finish();
    expect(() => releaseCrl(linted, ISSUING)).toThrow('not linted, or already signed');
  });

  test('pass exactly if they are in order', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 1n << 24n }), { maxLength: 6 }), serials => {
        const entries = serials.map(value => sequence(integer(value), time(THIS_UPDATE)));
        const sorted = serials.every((value, i) => i === 0 || serials[i - 1]! < value);
        expect(brokenEntryRules(entries).length === 0).toBe(sorted);
      }),
    );
  });

  test('pass exactly if no date is after thisUpdate', () => {
    const instant = fc.date({ min: new Date('1950-01-01Z'), max: new Date('2060-01-01Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, date => {
        date.setUTCMilliseconds(0);
        expect(brokenEntryRules([rawEntry({ date: time(date) })]).length === 0).toBe(date <= THIS_UPDATE);
      }),
    );
  });
});

test('the shortcut for entries and the rules agree on every octet', () => {
  const entries = [
    entry(1),
    rawEntry({ extensions: [reason(1)] }),
    encodeCrlEntry({ serial: '44', revokedAt: THIS_UPDATE, reason: 'keyCompromise', invalidityDate: THIS_UPDATE }),
  ];
  const disagreements: string[] = [];
  for (const good of entries) {
    for (let at = 2; at < good.length; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Uint8Array.from(good);
        changed[at] = value;
        const [quick, slow] = [quickly(changed).join(), slowly(changed).join()];
        if (quick !== slow) disagreements.push(`${value} at ${at}: ${quick} or ${slow}`);
      }
    }
  }
  expect(disagreements).toEqual([]);
});

function quickly(chunk: Uint8Array): readonly string[] {
  const lint = crlEntryLint(THIS_UPDATE);
  lint.push(chunk);
  return lint.findings.map(({ rule }) => rule);
}

function slowly(chunk: Uint8Array): readonly string[] {
  try {
    const reader = new DerReader(chunk);
    const candidate = { entry: decodeCrlEntry(reader), previousSerial: new Uint8Array(), thisUpdate: THIS_UPDATE };
    const findings = checkRules(CRL_ENTRY_RULES, candidate);
    reader.finish('the chunk');
    return findings.map(({ rule }) => rule);
  } catch (error) {
    if (error instanceof DerError) return ['der'];
    throw error;
  }
}
