// Applies the rules of `crl-entry-rules.ts` to a CRL of any length, chunk by chunk.
// `lint-crl.ts` calls it during signing, `signed-crl-lint.ts` for `lint`.
// It does not decode entries of the usual form. Damaged bytes are a finding and not an error.
import { LONGEST_SERIAL } from '../certificate/serial-number.ts';
import { decodeCrlEntry } from '../crl/entry.ts';
import { emptySpan, scanEntry, type EntrySpan } from '../crl/entry-span.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { sequence, TAG, time } from '../der/writer.ts';
import { encodeExtension } from '../extension/extension.ts';
import { OID } from '../oids.ts';
import { CRL_REASONS } from '../crl/revocation-reason.ts';
import { CRL_ENTRY_RULES } from './crl-entry-rules.ts';
import { checkRules, notDer, type Finding, type RuleScope } from './rule.ts';

/** Checks the entries of one CRL as a stream; it keeps one entry and one serial number in memory. */
export interface CrlEntryLint {
  /** Takes whole entries, in the order of signing. */
  push(chunk: Uint8Array): void;
  /** The broken rules so far, at most MOST_FINDINGS and a few. */
  readonly findings: readonly Finding[];
  /** The number of bytes so far. */
  readonly byteLength: number;
}

const MOST_FINDINGS = 20;
/** The encoding of extensions with only a reasonCode, up to the code itself. */
const REASON_ONLY = sequence(encodeExtension(OID.reasonCode, false, Uint8Array.of(TAG.enumerated, 1, 0))).subarray(
  0,
  -1,
);
const WRITTEN_REASONS: ReadonlySet<number> = new Set(Object.values(CRL_REASONS).filter(code => code !== 0));

/** Starts a lint. Without the scope `ours`, it accepts entries in any order and with any date. */
export function crlEntryLint(thisUpdate: Date, scopes: readonly RuleScope[] = ['standard', 'ours']): CrlEntryLint {
  const rules = CRL_ENTRY_RULES.filter(({ scope }) => scopes.includes(scope));
  const ours = scopes.includes('ours');
  const span = emptySpan();
  const findings: Finding[] = [];
  const latest = time(thisUpdate);
  const previous = new Uint8Array(LONGEST_SERIAL);
  let previousLength = 0;
  let byteLength = 0;

  /** Decides by the bytes alone that an entry breaks no rule; true for most entries. */
  function isPlain(chunk: Uint8Array): boolean {
    const { serialStart: start, serialEnd: end } = span;
    const length = end - start;
    if (length > LONGEST_SERIAL || chunk[start]! >= 0x80 || (length === 1 && chunk[start] === 0)) return false;
    if (ours && (length < previousLength || (length === previousLength && !isAbove(chunk, start, previous, length))))
      return false;
    const isPlainDate = ours ? isUtcUntil(chunk, span.dateStart, latest) : chunk[span.dateStart] === TAG.utcTime;
    return isPlainDate && hasPlainExtensions(chunk, span);
  }

  function explain(chunk: Uint8Array): void {
    const entry = decodeCrlEntry(new DerReader(chunk, span.start, span.end));
    findings.push(...checkRules(rules, { entry, previousSerial: previous.subarray(0, previousLength), thisUpdate }));
  }

  function walk(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && findings.length < MOST_FINDINGS; at = span.end) {
      scanEntry(chunk, at, chunk.length, span);
      if (!isPlain(chunk)) explain(chunk);
      previousLength = Math.min(span.serialEnd - span.serialStart, LONGEST_SERIAL);
      for (let i = 0; i < previousLength; i++) previous[i] = chunk[span.serialStart + i]!;
    }
  }

  return {
    findings,
    get byteLength() {
      return byteLength;
    },
    push(chunk) {
      byteLength += chunk.length;
      try {
        walk(chunk);
      } catch (error) {
        if (!(error instanceof DerError)) throw error;
        findings.push(notDer(error));
      }
    },
  };
}

function isAbove(chunk: Uint8Array, start: number, previous: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const difference = chunk[start + i]! - previous[i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Decides that a UTCTime is not after `latest`; two-digit years from 50 are 19xx (RFC 5280 §4.1.2.5.1). */
function isUtcUntil(chunk: Uint8Array, at: number, latest: Uint8Array): boolean {
  if (chunk[at] !== TAG.utcTime) return false;
  if (latest[0] !== TAG.utcTime) return true;
  const [old, latestOld] = [chunk[at + 2]! >= 0x35, latest[2]! >= 0x35];
  if (old !== latestOld) return old;
  for (let i = 2; i < 14; i++) {
    const difference = chunk[at + i]! - latest[i]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function hasPlainExtensions(chunk: Uint8Array, { extensionsStart, end }: EntrySpan): boolean {
  if (extensionsStart === end) return true;
  if (end - extensionsStart !== REASON_ONLY.length + 1) return false;
  for (let i = 0; i < REASON_ONLY.length; i++) if (chunk[extensionsStart + i] !== REASON_ONLY[i]) return false;
  return WRITTEN_REASONS.has(chunk[end - 1]!);
}
