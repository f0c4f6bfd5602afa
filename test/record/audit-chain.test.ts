import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAuditEntry, chainAuditEntry, checkAuditChain, NO_HASH } from '../../src/record/audit-chain.ts';
import type { AuditRecord } from '../../src/record/audit.ts';

const at = new Date('2026-11-21T00:00:00Z');

function log(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let i = 0; i < length; i++) {
    const detail = { serial: `${i}`, reason: 'superseded' };
    const fact = { at, actor: 'ops@ca', action: 'certificate.revoked', subject: `s${i}`, detail } as const;
    records.push(chainAuditEntry(records.at(-1), fact));
  }
  return records;
}

describe('the canonical form', () => {
  it('is an array of strings in a fixed order, details by key', () => {
    const [first] = log(1);
    const text = `["1","2026-11-21T00:00:00Z","ops@ca","certificate.revoked","s0","${NO_HASH}","reason","superseded","serial","0"]`;
    expect(canonicalAuditEntry(first!)).toBe(text);
    expect(first!.hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('differs for details that differ, wherever their text is cut', () => {
    const details = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 4 });
    const form = (detail: Record<string, string>) => canonicalAuditEntry({ ...log(1)[0]!, detail });
    const plain = (detail: Record<string, string>) => JSON.stringify(Object.entries(detail).sort());
    fc.assert(
      fc.property(details, details, (a, b) => {
        expect(form(a) === form(b)).toBe(plain(a) === plain(b));
      }),
    );
  });
});

describe('checking', () => {
  it('finds a whole log whole, and gives its head', () => {
    const records = log(3);
    expect(checkAuditChain(records)).toEqual({ count: 3, head: records[2]!.hash });
    expect(checkAuditChain([])).toEqual({ count: 0, head: NO_HASH });
  });

  it.each([
    ['edited', { subject: 'other' }, 'it was changed after it was written'],
    ['dated otherwise', { at: new Date(0) }, 'it was changed after it was written'],
    ['given another detail', { detail: {} }, 'it was changed after it was written'],
    ['linked elsewhere', { previousHash: 'ab'.repeat(32) }, 'it does not match the hash of the previous record'],
  ])('names the first record that was %s', (_, change, problem) => {
    const records = log(5);
    records[2] = { ...records[2]!, ...change };
    records[4] = { ...records[4]!, ...change };
    expect(checkAuditChain(records)).toEqual({ count: 2, head: records[1]!.hash, broken: { sequence: 3, problem } });
  });

  it('notices a record that was edited and hashed anew, at the next one', () => {
    const records = log(4);
    const { actor, action, detail } = records[1]!;
    records[1] = chainAuditEntry(records[0], { at, actor, action, subject: 'other', detail });
    expect(checkAuditChain(records).broken?.sequence).toBe(3);
  });

  it('notices what is missing, doubled or out of order', () => {
    const [a, b, c, d] = log(4) as [AuditRecord, AuditRecord, AuditRecord, AuditRecord];
    expect(checkAuditChain([a, c, d]).broken).toEqual({ sequence: 2, problem: 'it is missing' });
    expect(checkAuditChain([d]).broken).toEqual({ sequence: 1, problem: 'it and all up to 3 are missing' });
    expect(checkAuditChain([a, b, b]).broken).toEqual({ sequence: 2, problem: 'it comes after record 2' });
    expect(checkAuditChain([a, c, b]).broken?.sequence).toBe(2);
  });

  it('sees a cut tail only against a head kept elsewhere, which may be an older one', () => {
    const records = log(4);
    const kept = records[3]!.hash;
    expect(checkAuditChain(records.slice(0, 3)).broken).toBeUndefined();
    expect(checkAuditChain(records.slice(0, 3), kept).broken).toEqual({
      sequence: 4,
      problem: 'the log ends before the expected head: newer records were removed',
    });
    expect(checkAuditChain(records, kept).broken).toBeUndefined();
    expect(checkAuditChain(records, records[0]!.hash).broken).toBeUndefined();
    expect(checkAuditChain([], NO_HASH).broken).toBeUndefined();
  });
});
