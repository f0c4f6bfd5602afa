// Decides whether svcauth may sign a CRL, and makes the token without which `crl/signed.ts` signs none.
// `crl/run/make.ts` asks for the token; the entries are linted on their way into the signature. It signs nothing itself.
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

/** A tbsCertList that broke no rule so far as its entries do not matter. */
export type LintedCrl = Linted<'tbsCertList'>;

/** A tbsCertList around entries that nobody holds in memory. */
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

/** Checks every rule of a CRL but those of its entries, which are checked on their way into the signature. */
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

/** What is signed of a linted CRL, in this order: `before`, every chunk once `check` has seen it, what `finish` returns. */
export interface CrlPassage {
  readonly before: Uint8Array;
  /** Whole entries, in the order they are signed. */
  check(chunk: Uint8Array): void;
  /**
   * The bytes after the last entry. Throws ERR_LINT when an entry broke a rule, and TypeError when the entries are not as long
   * as the frame says.
   */
  finish(): Cleared;
}

/** The way into the signature behind a token; for the CRL's signer. */
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

/** Reads the frame as one structure whose entries are skipped. */
function readFrame({ before, after, entriesLength }: CrlFrame): { head: CrlHead; extensions: readonly Extension[] } {
  const length = before.length + entriesLength + after.length;
  const whole = entriesLength === 0 ? concatBytes([before, after]) : before;
  const outer = new DerReader(whole, 0, length);
  const head = readTbsCrlHead(outer);
  outer.finish('tbsCertList');
  if (head.tail !== before.length + entriesLength || (head.entries?.start ?? head.tail) !== before.length) {
    throw new DerError('the entries are not where revokedCertificates is', head.tail);
  }
  return { head, extensions: readTbsCrlTail(new DerReader(after), head) };
}
