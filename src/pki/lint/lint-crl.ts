// Decides whether svcauth may sign a CRL, and makes the token that `crl/signed.ts` requires.
// `crl/run/make.ts` requests the token; the entries are linted during signing. It signs nothing itself.
import { failure } from '../../errors/error.ts';
import { concatBytes } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import type { Extension } from '../extension/extension.ts';
import type { Cleared, IssuerFacts } from '../certificate/issuer.ts';
import { readTbsCrlHead, readTbsCrlTail, type CrlHead } from '../crl/parsed.ts';
import { crlEntryLint } from './crl-entry-lint.ts';
import { crlFacts } from './crl-facts.ts';
import { CRL_ISSUANCE_RULES } from './crl-rules.ts';
import { makeGate, type Linted, type LintOutcome } from './gate.ts';
import { checkRules, notDer } from './rule.ts';

/** A tbsCertList that broke no rule, apart from its entries. */
export type LintedCrl = Linted<'tbsCertList'>;

/** A tbsCertList without its entries, which are not in memory. */
export interface CrlFrame {
  /** From the first byte of tbsCertList to the first byte of the first entry. */
  readonly before: Uint8Array;
  /** From the first byte after the last entry to the end of tbsCertList. */
  readonly after: Uint8Array;
  readonly entriesLength: number;
}

interface Admitted extends CrlFrame {
  readonly thisUpdate: Date;
}

const gate = makeGate<'tbsCertList', Admitted>();

/** Checks every rule of a CRL except those for its entries, which are checked during signing. */
export function lintCrl(
  frame: CrlFrame,
  { issuer, previousNumber }: { readonly issuer: IssuerFacts; readonly previousNumber: bigint | undefined },
): LintOutcome<LintedCrl> {
  const before = new Uint8Array(frame.before);
  const after = new Uint8Array(frame.after);
  const { entriesLength } = frame;
  try {
    const { head, extensions } = readFrame({ before, after, entriesLength });
    const findings = checkRules(CRL_ISSUANCE_RULES, { ...crlFacts(head, extensions), issuer, previousNumber });
    if (findings.length > 0) return { findings };
    return { linted: gate.admit({ before, after, entriesLength, thisUpdate: head.thisUpdate.date }, issuer) };
  } catch (error) {
    if (error instanceof DerError) return { findings: [notDer(error)] };
    throw error;
  }
}

/** The bytes to sign of a linted CRL, in order: `before`, every chunk after `check`, the result of `finish`. */
export interface CrlPassage {
  readonly before: Uint8Array;
  /** Checks whole entries, in the order of signing. */
  check(chunk: Uint8Array): void;
  /**
   * Returns the bytes after the last entry. Throws ERR_LINT if an entry broke a rule, and TypeError if the length of the entries
   * differs from the frame.
   */
  finish(): Cleared;
}

/** Releases the bytes behind a token, for the CRL's signer. */
export function releaseCrl(linted: LintedCrl, issuer: IssuerFacts): CrlPassage {
  const { before, after, entriesLength, thisUpdate } = gate.release(linted, issuer);
  const entries = crlEntryLint(thisUpdate);
  return {
    before,
    check: chunk => entries.push(chunk),
    finish() {
      const { findings, byteLength } = entries;
      if (findings.length > 0) throw failure('ERR_LINT', { what: 'the CRL', findings });
      if (byteLength !== entriesLength) {
        throw new TypeError(`the entries of the CRL have ${byteLength} bytes instead of ${entriesLength}`);
      }
      return after as Cleared;
    },
  };
}

/** Reads the frame as one structure and skips its entries. */
function readFrame({ before, after, entriesLength }: CrlFrame): { head: CrlHead; extensions: readonly Extension[] } {
  const length = before.length + entriesLength + after.length;
  const whole = entriesLength === 0 ? concatBytes([before, after]) : before;
  const outer = new DerReader(whole, 0, length);
  const head = readTbsCrlHead(outer);
  outer.finish('tbsCertList');
  if (head.tail !== before.length + entriesLength || (head.entries?.start ?? head.tail) !== before.length) {
    throw new DerError('the entries are not in revokedCertificates', head.tail);
  }
  return { head, extensions: readTbsCrlTail(new DerReader(after), head) };
}
