import { describe, expect, test } from 'vitest';
import { shelve, type ShelfQuestion, type Shelved } from '../../src/node-library/crl-shelf.ts';
import type { LoadedCrl } from '../../src/node-library/crl-file.ts';
import { integer } from '../../src/pki/der/writer.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { readPathCrl } from '../../src/pki/path/path-crl.ts';
import { makeCa, makeCrl, NOW, newKey, type WantedCrl } from '../support/pki/path-pki.ts';
import { planted, without } from '../support/pki/planted-certificate.ts';

const issuing = makeCa({ name: 'issuing' });
const other = makeCa({ name: 'other' });
const namesake = makeCa({ name: 'issuing' });
const CA = readPathCertificate(issuing.der);

const load = (number: number, wanted: Partial<WantedCrl> = {}, file = `${number}.pem`): LoadedCrl => ({
  file,
  crl: readPathCrl(
    makeCrl({
      issuer: issuing,
      ...wanted,
      extensions: { ...planted('cRLNumber', false, integer(number)), ...wanted.extensions },
    }),
  ),
});

const EARLIER = { thisUpdate: '2026-05-20' };
const EXPIRED = { thisUpdate: '2026-05-01', nextUpdate: '2026-05-20' };
const FUTURE = { thisUpdate: '2026-06-03', nextUpdate: '2026-06-20' };
/** Signed by another key under the name and key identifier of the CA. */
const FORGED = { issuer: { ...issuing, privateKey: newKey().privateKey } };

/** Asks with the CA known and needed. */
function ask(inForce: readonly Shelved[], found: readonly LoadedCrl[], changes: Partial<ShelfQuestion> = {}) {
  const { shelf, problems } = shelve({
    ...{ inForce, found, isComplete: true, signers: [CA], isNeeded: () => true, now: NOW },
    ...changes,
  });
  return { shelf, codes: problems.map(({ code }) => code) };
}

const UNKNOWN = { signers: [] };

describe('numbers', () => {
  test('each CA has its newest CRL', () => {
    const [old, newest] = [load(3), load(4)];
    const [foreign, sameName] = [load(1, { issuer: other }), load(2, { issuer: namesake })];
    expect(ask([], [old, newest, foreign, sameName])).toEqual({
      shelf: [{ newest }, { newest: foreign }, { newest: sameName }],
      codes: [],
    });
  });

  test('of two with one number, the later one counts', () => {
    const [old, newest] = [load(3, EARLIER), load(3)];
    expect(ask([], [newest, old]).shelf).toEqual([{ newest }]);
    expect(ask([{ newest: old }], [newest])).toEqual({ shelf: [{ newest }], codes: [] });
  });

  test.each([
    ['a lower number', load(2)],
    ['the same number from an earlier time', load(3, EARLIER)],
  ])('%s changes nothing, and is reported', (_, lower) => {
    const before = [{ newest: load(3) }];
    const { shelf, codes } = ask(before, [lower]);
    expect(shelf[0]).toBe(before[0]);
    expect(codes).toEqual(['crl-went-back']);
  });

  test('a lower number beside the one in force is not a problem', () => {
    const newest = load(3);
    expect(ask([{ newest }], [load(2), newest]).codes).toEqual([]);
  });

  test('a number beyond 64 bits is compared as a number', () => {
    const number = (last: number): Uint8Array => Uint8Array.of(2, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
    const [low, high] = [1, 2].map(last => load(0, { extensions: planted('cRLNumber', false, number(last)) }));
    expect(ask([{ newest: low! }], [high!]).shelf).toEqual([{ newest: high }]);
    expect(ask([{ newest: high! }], [low!]).codes).toEqual(['crl-went-back']);
  });

  test('the CRL in force, also as another copy, is the same object on the shelf', () => {
    const before = [{ newest: load(3) }];
    const copy = { file: 'copy.pem', crl: readPathCrl(Uint8Array.from(before[0]!.newest.crl.der)) };
    expect(ask(before, [copy]).shelf[0]).toBe(before[0]);
  });
});

describe('dates', () => {
  test.each([
    ['expired', EXPIRED, 'crl-expired'],
    ['not valid yet', FUTURE, 'crl-not-valid-yet'],
  ])('%s: a newer CRL comes into force beside the one that covers', (_, dates, code) => {
    const [old, newest] = [load(3), load(4, dates)];
    expect(ask([{ newest: old }], [newest])).toEqual({ shelf: [{ newest, previous: old }], codes: [] });
    // the one before is no longer in time either
    const stale = load(3, EXPIRED);
    expect(ask([{ newest: stale }], [newest])).toEqual({ shelf: [{ newest, previous: stale }], codes: [code] });
    expect(ask([], [newest])).toEqual({ shelf: [{ newest }], codes: [code] });
  });

  test('the one before leaves when the newest is in time', () => {
    const [old, newest] = [load(3), load(4, FUTURE)];
    const before = ask([{ newest: old }], [newest]).shelf;
    expect(ask(before, [newest], { now: new Date('2026-06-03') }).shelf).toEqual([{ newest }]);
    expect(ask(before, [newest]).shelf[0]).toBe(before[0]);
  });

  test('both dates are inclusive', () => {
    const newest = load(3);
    for (const now of ['2026-05-25', '2026-06-08']) expect(ask([], [newest], { now: new Date(now) }).codes).toEqual([]);
    expect(ask([], [newest], { now: new Date('2026-06-08T00:00:01Z') }).codes).toEqual(['crl-expired']);
  });
});

describe('signers', () => {
  test.each<[string, Partial<WantedCrl>, string]>([
    ['a wrong signature', FORGED, 'crl-signature-wrong'],
    ['no nextUpdate', { nextUpdate: '' }, 'crl-next-update-missing'],
    ['no number', { extensions: without('cRLNumber') }, 'crl-extension-missing'],
    ['another scope', { extensions: planted('deltaCRLIndicator', true, integer(1)) }, 'crl-delta'],
  ])('%s: the CRL changes nothing, and is reported', (_, wanted, code) => {
    const before = [{ newest: load(3) }];
    const { shelf, codes } = ask(before, [load(4, wanted)]);
    expect(shelf[0]).toBe(before[0]);
    expect(codes).toEqual([code]);
    expect(ask([], [load(4, wanted)])).toEqual({ shelf: [], codes: [code] });
  });

  test('a CRL of an unknown CA comes into force beside the one before', () => {
    const [old, newest] = [load(3), load(4)];
    const { shelf, codes } = ask([{ newest: old }], [newest], UNKNOWN);
    expect({ shelf, codes }).toEqual({ shelf: [{ newest, previous: old }], codes: [] });
    // now the CA is known
    expect(ask(shelf, [newest]).shelf).toEqual([{ newest }]);
  });

  test('a forged CRL of an unknown CA leaves when its CA is known', () => {
    const [old, forged, good] = [load(3), load(99, FORGED), load(4)];
    const { shelf } = ask([{ newest: old }], [forged], UNKNOWN);
    expect(shelf).toEqual([{ newest: forged, previous: old }]);
    expect(ask(shelf, [forged])).toEqual({ shelf: [{ newest: old }], codes: ['crl-signature-wrong'] });
    expect(ask(shelf, [good])).toEqual({ shelf: [{ newest: good }], codes: [] });
    const alone = ask([], [forged], UNKNOWN).shelf;
    expect(ask(alone, [forged])).toEqual({ shelf: [], codes: ['crl-signature-wrong'] });
    expect(ask(alone, [good])).toEqual({ shelf: [{ newest: good }], codes: [] });
  });

  test('a CA of the same name with another key is not a signer', () => {
    const newest = load(1, { issuer: namesake });
    expect(ask([], [newest])).toEqual({ shelf: [{ newest }], codes: [] });
  });
});

describe('a CRL that is no longer there', () => {
  const before = [{ newest: load(3) }];
  const stale = [{ newest: load(3, EXPIRED) }];

  test('stays in force and is reported while its CA is needed', () => {
    const { shelf, codes } = ask(before, []);
    expect(shelf[0]).toBe(before[0]);
    expect(codes).toEqual(['crl-removed']);
    expect(ask(stale, []).codes).toEqual(['crl-removed', 'crl-expired']);
  });

  test('stays in force until it expires when its CA is gone', () => {
    const gone = { isNeeded: () => false };
    expect(ask(before, [], gone)).toEqual({ shelf: before, codes: [] });
    expect(ask(stale, [], gone)).toEqual({ shelf: [], codes: [] });
  });

  test('may be in a file that cannot be read', () => {
    expect(ask(before, [], { isComplete: false })).toEqual({ shelf: before, codes: [] });
    expect(ask(stale, [], { isComplete: false, isNeeded: () => false }).shelf).toEqual(stale);
  });
});
